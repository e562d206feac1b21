"""Exports pinned tables as plain Parquet with a manifest, for the worker, which has no Spark."""

from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.pandas.types import to_arrow_schema

from colike import columns as C
from colike.data.history import seen_in
from colike.data.ids import pairs_to_indices
from colike.data.splits import train_likes
from colike.pairs.heldout import TRAIN, within_one_group
from colike.similarity.margins import item_likes
from colike.snapshot.manifest import (
    ITEMS,
    PAIRS,
    SIMILARITY,
    VALIDATION,
    VECTORS,
    Manifest,
    write_manifest,
)
from colike.snapshot.settings import WorkerConfig, to_json
from colike.spark.rows import arrow_parts

# Rows of a row group.
ROWS = 1 << 20
# Enough to know recall to about a hundredth.
VALIDATION_USERS = 2000


@dataclass(frozen=True)
class SnapshotInputs:
    """The tables training_pairs, item_similarity, items and user_history, and two more frames.

    `groups` has item_idx and split (train or heldout) of every item; `vectors` has item_id and the
    base model's `embedding`, if the objective needs them.
    """

    pairs: DataFrame
    similarity: DataFrame
    items: DataFrame
    history: DataFrame
    groups: DataFrame
    vectors: DataFrame | None = None


def export_snapshot(
    folder: Path, tables: dict[str, DataFrame], versions: dict[str, int], config: WorkerConfig
) -> Manifest:
    """Write a snapshot folder and return its manifest.

    Args:
        folder: A new folder of this machine.
        tables: The frames of `snapshot_tables`.
        versions: The Delta versions that they were read at.
        config: The worker's settings and base model.
    """
    folder.mkdir(parents=True)
    for name, frame in tables.items():
        _write(frame, folder / name)
    to_json(folder / "config.json", config)
    return write_manifest(folder, versions)


def _write(frame: DataFrame, folder: Path) -> None:
    """Write one Parquet file from this process: no executor need see the folder.

    Row groups are of equal size, so that its bytes are the same in every export.
    """
    folder.mkdir()
    schema = to_arrow_schema(frame.schema)
    waiting = schema.empty_table()
    with pq.ParquetWriter(folder / "part-00000.parquet", schema) as writer:
        for part in arrow_parts(frame):
            waiting = pa.concat_tables([waiting, part.cast(schema)])
            whole = len(waiting) // ROWS * ROWS
            writer.write_table(waiting.slice(0, whole), ROWS)
            waiting = waiting.slice(whole)
        writer.write_table(waiting)


def snapshot_tables(inputs: SnapshotInputs) -> dict[str, DataFrame]:
    """Return the snapshot's tables, with item_idx in place of item ids.

    Similarity keeps only pairs of train items, so that nothing about held-out ones is learnt.
    Each table is sorted, so that a snapshot of the same versions has the same bytes. The largest,
    similarity, is O(pairs) rows of 16 bytes.
    """
    items = inputs.items
    by_index = pairs_to_indices(inputs.pairs, items)
    pair_columns = (
        C.PAIR_ID, C.ITEM_A, C.ITEM_B, C.LABEL, C.JACCARD, C.BASE_COSINE, C.KIND, C.SPLIT,
    )  # fmt: skip
    similar = pairs_to_indices(inputs.similarity, items)
    of_train = within_one_group(similar, inputs.groups).where(F.col(C.SPLIT) == TRAIN)
    mine = of_train.select(C.ITEM_A, C.ITEM_B, C.JACCARD)
    texts = items.join(item_likes(train_likes(inputs.history)), on=C.ITEM_IDX, how="left").select(
        C.ITEM_IDX,
        F.col(C.ITEM_ID).cast("string").alias(C.ITEM_ID),
        C.DESCRIPTION,
        F.coalesce(C.LIKES, F.lit(0)).cast("bigint").alias(C.LIKES),
    )
    tables = {
        PAIRS: by_index.select(*pair_columns).orderBy(C.PAIR_ID),
        SIMILARITY: mine.orderBy(C.ITEM_A, C.ITEM_B),
        ITEMS: texts.orderBy(C.ITEM_IDX),
        VALIDATION: validation_users(inputs.history),
    }
    if inputs.vectors is not None:
        named = inputs.vectors.join(items.select(C.ITEM_ID, C.ITEM_IDX), on=C.ITEM_ID, how="inner")
        mapped = named.select(C.ITEM_IDX, C.EMBEDDING)
        tables[VECTORS] = mapped.orderBy(C.ITEM_IDX)
    return tables


def validation_users(history: DataFrame) -> DataFrame:
    """Return train likes, train ratings and held likes of users with a held like.

    At most VALIDATION_USERS by hash; `likes`, `seen` and `held` are arrays of item_idx.
    """
    order = F.xxhash64(F.lit("validation"), F.col(C.USER_ID).cast("string"))
    eligible = history.where(F.size(C.LIKES_VALIDATION) > 0)
    chosen = eligible.orderBy(order, C.USER_ID).limit(VALIDATION_USERS)
    return chosen.coalesce(1).select(
        F.col(C.LIKES_TRAIN).alias(C.LIKES),
        F.array_sort(seen_in(TRAIN)).alias(C.SEEN),
        F.col(C.LIKES_VALIDATION).alias(C.HELD),
    )
