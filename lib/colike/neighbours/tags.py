"""Tags beside text: what an item's attributes say, as a block of its vector."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.compute.arrays import Floats
from colike.config.embed import TagsConfig
from colike.embedding.vectors import Embedded

SEPARATOR = ", "


def collect_tags(items: DataFrame, columns: Sequence[str]) -> list[set[str]]:
    """Return each item's tags by item_idx: `Genres=Drama` for each value of an attribute.

    Args:
        items: Rows of items.
        columns: Attributes whose values, separated by commas, are tags.
    """
    chosen = [F.col(C.ATTRIBUTES)[name].alias(name) for name in columns]
    rows = items.select(C.ITEM_IDX, *chosen).toPandas().sort_values(C.ITEM_IDX)
    found: list[set[str]] = [set() for _ in range(len(rows))]
    for name in columns:
        for tags, value in zip(found, rows[name], strict=True):
            tags.update(f"{name}={part}" for part in (value or "").split(SEPARATOR) if part)
    return found


def tag_vectors(tags: Sequence[set[str]], least_items: int) -> Floats:
    """Return a vector per item: its tags, weighed by log(items / items with the tag), centred.

    Vectors have length one; an item without tags has zeros.

    Args:
        tags: Of each item.
        least_items: Rarer tags are left out.
    """
    counts = Counter(tag for mine in tags for tag in mine)
    kept = sorted(tag for tag, count in counts.items() if least_items <= count < len(tags))
    place = {tag: at for at, tag in enumerate(kept)}
    rarity = np.log(len(tags) / np.array([counts[tag] for tag in kept], np.float64))
    block = np.zeros((len(tags), len(kept)), np.float32)
    for row, mine in enumerate(tags):
        at = [place[tag] for tag in mine if tag in place]
        block[row, at] = rarity[at]
    return centred(block)


def centred(vectors: Floats) -> Floats:
    """Return vectors less their mean, of length one; zeros stay zeros and count for no mean."""
    there = vectors.any(axis=1)
    if not there.any():
        return vectors
    moved = np.where(there[:, None], vectors - vectors[there].mean(axis=0), 0)
    return _of_length_one(moved.astype(np.float32))


def beside(texts: Floats, tags: Floats, weight: float) -> Floats:
    """Return unit vectors of which text and tags are parts; an item without a text has zeros.

    Args:
        texts: Unit vectors of texts.
        tags: Unit vectors of the same items' tags.
        weight: Length of the tags' part beside a text's 1.
    """
    there = texts.any(axis=1)[:, None]
    return _of_length_one(np.hstack([centred(texts), np.where(there, weight * tags, 0)]))


def with_tags(embedded: Embedded, items: DataFrame, settings: TagsConfig) -> Embedded:
    """Return the items with tags beside their vectors."""
    tags = tag_vectors(collect_tags(items, settings.columns), settings.least_items)
    vectors = beside(embedded.vectors, tags[embedded.indices], settings.weight)
    return replace(embedded, vectors=vectors)


def _of_length_one(vectors: Floats) -> Floats:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
