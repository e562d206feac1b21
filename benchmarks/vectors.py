"""Generated unit vectors of a large catalogue, as table item_embeddings of a store."""

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from benchmarks.histories import CONFIG
from colike import columns as C
from colike.config import load_config
from colike.neighbours.vector_files import write_vectors
from colike.run.main import open_store
from colike.tables import Store, contracts

# Dimensions, as in all-MiniLM-L6-v2, and how fast their variance falls.
DIMENSIONS, FALL = 384, 0.8
PARTS = 40
SOURCE = "base"


def vector_store(items: int, folder: Path) -> Path:
    """Return a store with items and their vectors, but no pairs; made if missing.

    Component i of a vector has variance i^-0.8, and there are no groups. Among 17,562 such vectors
    an index of faiss needs about as much effort as among those of the real items, by
    all-MiniLM-L6-v2 (tried by hand: 128 of 528 lists, and 128 candidates of a graph, for recall
    .98; the real ones need 256 and 128). Groups would make it easier, depending on their size.
    """
    out = folder / f"embeddings-{items}"
    if not (out / "complete").exists():
        shutil.rmtree(out, ignore_errors=True)
        _make(open_store(load_config(CONFIG), str(out)), out / "tables", items)
        (out / "complete").touch()
    return out


def vector_file(items: int, folder: Path) -> Path:
    """Return the vectors of such a store as an array, items x dimensions; made if missing."""
    store = vector_store(items, folder)
    out = store / "vectors.npy"
    if not out.exists():
        tables = open_store(load_config(CONFIG), str(store))
        with TemporaryDirectory(dir=folder) as scratch:
            read = tables.read("item_embeddings"), tables.read("items")
            vectors, _, _ = write_vectors(*read, SOURCE, Path(scratch)).load()
            np.save(Path(scratch) / out.name, vectors)
            (Path(scratch) / out.name).rename(out)
    return out


def _make(store: Store, folder: Path, items: int) -> None:
    spark = store.spark
    ids = spark.range(items).select(
        F.col("id").alias(C.ITEM_ID), F.col("id").cast("int").alias(C.ITEM_IDX)
    )
    pairs = spark.createDataFrame([], contracts()["item_similarity"].spark_schema(store.ids))
    vectors = embedded(spark.range(0, items, 1, PARTS).withColumnRenamed("id", C.ITEM_ID))
    tables = {"items": ids, "item_similarity": pairs, "item_embeddings": vectors}
    for name, frame in tables.items():
        frame.write.format("delta").save(str(folder / name))


def embedded(ids: DataFrame) -> DataFrame:
    """Return rows of item_embeddings for these item_ids (bigint), a vector drawn for each batch."""

    def vectors(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        spread = (np.arange(1, DIMENSIONS + 1) ** (-FALL / 2)).astype(np.float32)
        for batch in batches:
            ids = batch.column(0).to_numpy()
            random = np.random.default_rng(int(ids[0]))
            rows = random.normal(size=(len(ids), DIMENSIONS)).astype(np.float32) * spread
            rows /= np.linalg.norm(rows, axis=1, keepdims=True)
            offsets = np.arange(len(ids) + 1, dtype=np.int32) * DIMENSIONS
            lists = pa.ListArray.from_arrays(pa.array(offsets), pa.array(rows.ravel()))
            yield pa.RecordBatch.from_arrays([batch.column(0), lists], [C.ITEM_ID, C.EMBEDDING])

    made = ids.mapInArrow(vectors, f"{C.ITEM_ID} bigint, {C.EMBEDDING} array<float>")
    return made.select(
        F.lit("generated").alias(C.MODEL_ID), F.lit(SOURCE).alias(C.SOURCE), "*",
        F.lit("").alias("content_hash"), F.lit("benchmark").alias(C.RUN_ID),
    )  # fmt: skip
