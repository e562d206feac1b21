"""Exports pinned tables as plain Parquet with a manifest, for the worker that has no Spark."""

from pathlib import Path

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.data.ids import to_indices
from colike.data.splits import TrainLikes
from colike.pairs.heldout import TRAIN, within_one_group
from colike.similarity.margins import item_likes
from colike.training.manifest import ITEMS, PAIRS, SIMILARITY, Manifest, write_manifest
from colike.training.settings import WorkerConfig, to_json


def export_snapshot(
    folder: Path, tables: dict[str, DataFrame], versions: dict[str, int], config: WorkerConfig
) -> Manifest:
    """Write a snapshot folder and return its manifest.

    Args:
        folder: A new folder that this process and Spark's executors can write to.
        tables: The frames of `snapshot_tables`.
        versions: Delta versions that they were read at.
        config: The worker's settings and base model.
    """
    folder.mkdir(parents=True)
    for name, frame in tables.items():
        frame.write.parquet((folder / name).as_uri())
        # Spark's own checksums and success marks are no part of the snapshot.
        for path in (folder / name).iterdir():
            if path.suffix != ".parquet":
                path.unlink()
    to_json(folder / "config.json", config)
    return write_manifest(folder, versions)


def snapshot_tables(
    pairs: DataFrame, similarity: DataFrame, items: DataFrame, likes: TrainLikes, groups: DataFrame
) -> dict[str, DataFrame]:
    """Return the snapshot's tables, with item_idx in place of item ids.

    Similarity is left with pairs of train items, so that nothing of held-out ones is learnt.

    Args:
        pairs: Rows of training_pairs.
        similarity: Rows of item_similarity.
        items: Rows of items.
        likes: Train likes.
        groups: item_idx and split (train or heldout) of every item.
    """
    by_index = to_indices(pairs, items, C.ITEM_A, C.ITEM_B)
    pair_columns = (
        C.PAIR_ID, C.ITEM_A, C.ITEM_B, C.LABEL, C.JACCARD, C.BASE_COSINE, C.KIND, C.SPLIT,
    )  # fmt: skip
    similar = to_indices(similarity, items, C.ITEM_A, C.ITEM_B)
    of_train = within_one_group(similar, groups).where(F.col(C.SPLIT) == TRAIN)
    mine = of_train.select(C.ITEM_A, C.ITEM_B, C.JACCARD)
    texts = items.join(item_likes(likes), on=C.ITEM_IDX, how="left").select(
        C.ITEM_IDX,
        F.col(C.ITEM_ID).cast("string").alias(C.ITEM_ID),
        C.DESCRIPTION,
        F.coalesce(C.LIKES, F.lit(0)).cast("bigint").alias(C.LIKES),
    )
    # Sorted within one file each, so that a snapshot of the same versions has the same bytes.
    return {
        PAIRS: by_index.select(*pair_columns).coalesce(1).sortWithinPartitions(C.PAIR_ID),
        SIMILARITY: mine.coalesce(1).sortWithinPartitions(C.ITEM_A, C.ITEM_B),
        ITEMS: texts.coalesce(1).sortWithinPartitions(C.ITEM_IDX),
    }
