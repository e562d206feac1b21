"""Generated unit vectors of a large catalogue, as table item_embeddings of a store."""

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from benchmarks.histories import CONFIG
from colike import columns as C
from colike.chain import open_store
from colike.config import load_config
from colike.tables import Store, contracts

# Kinds of titles, directions that texts differ in, and numbers of a vector: as all-MiniLM-L6-v2.
CENTRES, DIRECTIONS, DIMENSIONS = 4000, 48, 384
PARTS = 40
SOURCE = "base"


def vector_store(items: int, folder: Path) -> Path:
    """Return a store with items and their vectors, and no pairs; made where it is missing.

    A vector is a centre and noise in few directions, turned into all dimensions: close enough
    to texts that a search is as hard, where independent numbers would have no neighbours at all.
    """
    out = folder / f"vectors-{items}"
    if not (out / "complete").exists():
        shutil.rmtree(out, ignore_errors=True)
        _make(open_store(load_config(CONFIG), str(out)), out / "tables", items)
        (out / "complete").touch()
    return out


def _make(store: Store, folder: Path, items: int) -> None:
    spark = store.spark
    ids = spark.range(items).select(
        F.col("id").alias(C.ITEM_ID), F.col("id").cast("int").alias(C.ITEM_IDX)
    )
    pairs = spark.createDataFrame([], contracts()["item_similarity"].spark_schema(store.ids))
    tables = {"items": ids, "item_similarity": pairs, "item_embeddings": _embedded(store, items)}
    for name, frame in tables.items():
        frame.write.format("delta").save(str(folder / name))


def _embedded(store: Store, items: int) -> DataFrame:
    def vectors(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        shape = np.random.default_rng(0)
        centres = shape.normal(size=(CENTRES, DIRECTIONS)).astype(np.float32)
        turn = shape.normal(size=(DIRECTIONS, DIMENSIONS)).astype(np.float32)
        for batch in batches:
            ids = batch.column(0).to_numpy()
            random = np.random.default_rng(1 + int(ids[0]))
            near = centres[random.integers(0, CENTRES, len(ids))]
            noise = random.normal(size=(len(ids), DIRECTIONS)).astype(np.float32)
            rows = (near + noise * 0.7) @ turn
            rows /= np.linalg.norm(rows, axis=1, keepdims=True)
            offsets = np.arange(len(ids) + 1, dtype=np.int32) * DIMENSIONS
            lists = pa.ListArray.from_arrays(pa.array(offsets), pa.array(rows.ravel()))
            yield pa.RecordBatch.from_arrays([batch.column(0), lists], [C.ITEM_ID, C.EMBEDDING])

    ids = store.spark.range(0, items, 1, PARTS)
    made = ids.mapInArrow(vectors, f"{C.ITEM_ID} bigint, {C.EMBEDDING} array<float>")
    return made.select(
        F.lit("generated").alias(C.MODEL_ID), F.lit(SOURCE).alias(C.SOURCE), "*",
        F.lit("").alias("content_hash"), F.lit("benchmark").alias(C.RUN_ID),
    )  # fmt: skip
