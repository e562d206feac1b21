"""Neighbours in a large catalogue: an index is built on the driver and searched by tasks."""

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyspark import SparkFiles
from pyspark.sql import DataFrame

from colike import columns as C
from colike.compute.arrays import Doubles, Ints
from colike.config.models import NeighboursConfig
from colike.neighbours.cosine import rescored
from colike.neighbours.index import Index, IndexFiles, Tuned, tune, write_index
from colike.neighbours.search import candidates
from colike.neighbours.vector_files import write_vectors

# Items of a task; the more there are, the more of them probe the same list.
PER_TASK = 10_000
SCHEMA = f"{C.ITEM_IDX} int, {C.RANK} int, {C.NEIGHBOUR_ID} int, {C.WEIGHT} double"


def near_in_index(
    embeddings: DataFrame,
    items: DataFrame,
    source: str,
    settings: NeighboursConfig,
    folder: Path,
) -> tuple[DataFrame, Tuned]:
    """Return item_idx, rank, neighbour_id (as item_idx) and weight, and the recall of the search.

    Weights are exact cosines, ordered by weight, then item id. Neighbours can be missing: that is
    what recall measures.

    Args:
        embeddings: Rows of item_embeddings.
        items: Rows of items.
        source: Name of the embedder.
        settings: The config's neighbours section.
        folder: An empty folder that must exist until the rows have been written.
    """
    spark = embeddings.sparkSession
    written = write_index(write_vectors(embeddings, items, source, folder), folder, settings.seed)
    for path in written.all:
        spark.sparkContext.addFile(str(path))
    index, size = written.load(), settings.k + settings.candidate_margin + 1
    tuned = tune(index, settings.recall, settings.sampled_items, size, settings.seed)
    tasks = max(1, -(-len(index.items) // PER_TASK))
    places = spark.range(0, len(index.items), 1, tasks)
    names = tuple(path.name for path in written.all)
    return places.mapInArrow(_search(names, tuned.probes, settings), SCHEMA), tuned


Batches = Iterable[pa.RecordBatch]


def _search(
    names: tuple[str, ...], probes: int, settings: NeighboursConfig
) -> Callable[[Batches], Iterator[pa.RecordBatch]]:
    """Return the function that a task applies to its items' places; `names` are shipped files."""
    k, size = settings.k, settings.k + settings.candidate_margin + 1

    def search(batches: Batches) -> Iterator[pa.RecordBatch]:
        index = _mapped(names)
        for batch in batches:
            own = batch.column(0).to_numpy()
            found = candidates(index, own, probes, size)
            near = rescored(index.vectors, own, found, index.order)
            yield _as_batch(index.items[own], near.items[:, :k], near.weights[:, :k], index.items)

    return search


@cache
def _mapped(names: tuple[str, ...]) -> Index:
    """Return the shipped index, mapped once per process."""
    return IndexFiles(*(Path(SparkFiles.get(name)) for name in names)).load()


def _as_batch(own: Ints, found: Ints, weights: Doubles, items: Ints) -> pa.RecordBatch:
    place, rank = np.nonzero(found >= 0)
    columns = [
        pa.array(own[place]),
        pa.array((rank + 1).astype(np.int32)),
        pa.array(items[found[place, rank]]),
        pa.array(weights[place, rank]),
    ]
    names = [C.ITEM_IDX, C.RANK, C.NEIGHBOUR_ID, C.WEIGHT]
    return pa.RecordBatch.from_arrays(columns, names=names)
