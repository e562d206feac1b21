"""Labelled pairs of items for fine-tuning, each with its cosine in the base embedder.

Reads: item_similarity, user_history, items.
Writes: training_pairs (one row per pair), item_embeddings (the base embedder's rows).
"""

from collections.abc import Sequence
from math import ceil

import numpy as np
import numpy.typing as npt
import pandas as pd
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from colike import columns as C
from colike.config.models import PairsConfig
from colike.data.ids import to_ids, to_indices
from colike.data.splits import train_likes
from colike.embedding.cache import TABLE as EMBEDDINGS
from colike.embedding.cache import refresh
from colike.embedding.models import base_fingerprint, find_model
from colike.embedding.vectors import Embedded, collect_vectors
from colike.neighbours.cosine import nearest
from colike.pairs.build import PairInputs, build_pairs
from colike.pairs.cosines import with_cosine
from colike.pairs.heldout import HELDOUT, with_group
from colike.run.chain import job_main
from colike.run.stage import Job, Stage

Indices = npt.NDArray[np.int32]


def transform(inputs: PairInputs, embedded: Embedded, settings: PairsConfig) -> DataFrame:
    """Return the rows of training_pairs."""
    pairs = with_cosine(build_pairs(inputs, settings), embedded)
    named = to_ids(pairs, inputs.items, C.ITEM_A, C.ITEM_B)
    ids = [F.col(side).cast("string") for side in (C.ITEM_A, C.ITEM_B)]
    return named.withColumn(C.PAIR_ID, F.concat_ws("|", *ids))


def execute(job: Job) -> None:
    """Encode with the base embedder, draw the pairs, and replace the table."""
    settings = job.config.pairs
    items = job.read("items")
    name = settings.base_embedder
    model = find_model(name, job.config.embed.embedders[name], None)
    job.measure(f"encoded.{name}", refresh(job, name, model, items), "items")
    embedded = collect_vectors(job.store.read(EMBEDDINGS), items, name)
    similarity = to_indices(job.read("item_similarity"), items, C.ITEM_A, C.ITEM_B)
    likes = train_likes(job.read("user_history"))
    near = near_titles(job.store.spark, embedded, heldout_titles(items, settings), settings)
    inputs = PairInputs(similarity.cache(), likes, items, near)
    job.writer.overwrite("training_pairs", transform(inputs, embedded, settings))
    counts = job.store.read("training_pairs").groupBy(C.SPLIT, C.KIND).count().collect()
    for row in counts:
        job.measure(f"pairs.{row[C.SPLIT]}.{row[C.KIND]}", row["count"], "pairs")
    job.store.spark.catalog.clearCache()


def heldout_titles(items: DataFrame, settings: PairsConfig) -> Indices:
    """Return item_idx of the held-out titles; O(items)."""
    held = with_group(items, settings).where(F.col(C.SPLIT) == HELDOUT)
    return np.array([row[C.ITEM_IDX] for row in held.collect()], np.int32)


def near_titles(
    spark: SparkSession, embedded: Embedded, heldout: Indices, settings: PairsConfig
) -> DataFrame:
    """Return item_idx and `neighbour` (item_idx): the nearest titles in the base embedder.

    Neighbours are of one group, train or held out, because pairs are; as large a share of each
    group's titles as `hard_neighbours` is of all.
    """
    is_held = np.isin(embedded.indices, heldout)
    nothing = np.empty(0, np.intp)
    parts = [(nothing, nothing)]
    for group in (np.flatnonzero(is_held), np.flatnonzero(~is_held)):
        k = ceil(settings.hard_neighbours * len(group) / max(1, len(is_held)))
        if len(group) > 1:
            found = nearest(embedded.vectors[group], embedded.order[group], k, margin=0).items
            owner, position = np.nonzero(found >= 0)
            parts.append((group[owner], group[found[owner, position]]))
    owners, others = (embedded.indices[np.concatenate(side)] for side in zip(*parts, strict=True))
    rows = pd.DataFrame({C.ITEM_IDX: owners, "neighbour": others})
    return spark.createDataFrame(rows, f"{C.ITEM_IDX} int, neighbour int")


STAGE = Stage(
    name="pairs",
    reads=("item_similarity", "user_history", "items"),
    writes=("training_pairs", EMBEDDINGS),
    config_sections=("pairs",),
    execute=execute,
    fingerprint=base_fingerprint,
)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the job from the command line."""
    job_main(STAGE, argv)


if __name__ == "__main__":
    main()
