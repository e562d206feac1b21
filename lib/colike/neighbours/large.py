"""Neighbours in a large catalogue: an index on the driver, searched by Spark's tasks."""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyspark import SparkFiles
from pyspark.sql import DataFrame

from colike import columns as C
from colike.config.models import NeighboursConfig
from colike.neighbours.cosine import rescored
from colike.neighbours.index import (
    Tuned,
    build_index,
    read_index,
    set_effort,
    tune,
    write_index,
)
from colike.neighbours.vector_files import Floats, Ints, VectorFiles, write_vectors

INDEX = "index.faiss"
# Items that a task looks up at a time, and that one task has.
BLOCK, PER_TASK = 512, 20_000
SCHEMA = f"{C.ITEM_IDX} int, {C.RANK} int, {C.NEIGHBOUR_ID} int, {C.WEIGHT} double"


def near_in_index(
    embeddings: DataFrame,
    items: DataFrame,
    source: str,
    settings: NeighboursConfig,
    folder: Path,
) -> tuple[DataFrame, Tuned]:
    """Return item_idx, rank, neighbour_id (as item_idx) and weight, and what recall they have.

    The weights are exact cosines, and the order by weight, then item id; that a neighbour is
    found at all is only as sure as the recall says.

    Args:
        embeddings: Rows of item_embeddings.
        items: Rows of items.
        source: Name of the embedder.
        settings: Section neighbours.
        folder: An empty folder that lasts until the rows have been written.
    """
    spark = embeddings.sparkSession
    files = write_vectors(embeddings, items, source, folder)
    vectors, _, _ = files.load()
    index = build_index(vectors, settings.index, settings.seed)
    tuned = tune(index, vectors, settings.recall, settings.sampled_items, settings.seed)
    written = folder / f"{folder.name}-{INDEX}"
    write_index(index, written)
    shipped = (files.vectors, files.items, files.order, written)
    for path in shipped:
        spark.sparkContext.addFile(str(path))
    tasks = max(1, -(-len(vectors) // PER_TASK))
    places = spark.range(0, len(vectors), 1, tasks)
    search = _search(tuple(path.name for path in shipped), tuned.effort, settings)
    return places.mapInArrow(search, SCHEMA), tuned


Batches = Iterable[pa.RecordBatch]


def _search(
    names: tuple[str, ...], effort: int, settings: NeighboursConfig
) -> Callable[[Batches], Iterator[pa.RecordBatch]]:
    """What a task does with the places of its items; `names` are those of shipped files."""
    k, margin = settings.k, settings.candidate_margin

    def search(batches: Batches) -> Iterator[pa.RecordBatch]:
        index, vectors, items, order = _mapped(names)
        set_effort(index, effort)
        for batch in batches:
            places = batch.column(0).to_numpy()
            for start in range(0, len(places), BLOCK):
                own = places[start : start + BLOCK]
                _, found = index.search(np.ascontiguousarray(vectors[own]), k + margin + 1)
                near = rescored(vectors, own, found, order)
                yield _as_batch(items[own], near.items[:, :k], near.weights[:, :k], items)

    return search


@cache
def _mapped(names: tuple[str, ...]) -> tuple[Any, Floats, Ints, Ints]:
    """Files that were shipped here, mapped once in a process."""
    vectors, items, order, index = (Path(SparkFiles.get(name)) for name in names)
    return read_index(index), *VectorFiles(vectors, items, order).load()


def _as_batch(
    own: Ints, found: Ints, weights: np.ndarray[Any, np.dtype[np.float64]], items: Ints
) -> pa.RecordBatch:
    place, rank = np.nonzero(found >= 0)
    columns = [
        pa.array(own[place]),
        pa.array((rank + 1).astype(np.int32)),
        pa.array(items[found[place, rank]]),
        pa.array(weights[place, rank]),
    ]
    names = [C.ITEM_IDX, C.RANK, C.NEIGHBOUR_ID, C.WEIGHT]
    return pa.RecordBatch.from_arrays(columns, names=names)
