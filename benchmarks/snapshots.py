"""Snapshots of generated pairs for the worker."""

import shutil
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from colike.snapshot.manifest import write_manifest
from colike.snapshot.settings import WorkerConfig, to_json

Numbers = npt.NDArray[np.int64]


def pairs_of(items: int, pairs: int) -> tuple[Numbers, Numbers]:
    """Return two different items for each pair number."""
    random = np.random.default_rng(1)
    left = random.integers(0, items, pairs)
    return left, (left + random.integers(1, items, pairs)) % items


def write_snapshot(
    folder: Path, texts: list[str], pairs: tuple[Numbers, Numbers], config: WorkerConfig
) -> None:
    """Write a new snapshot, in which every second pair is a positive.

    Args:
        folder: Replaced if it exists.
        texts: The items' descriptions.
        pairs: Numbers of the two texts of each pair.
        config: The worker's config.
    """
    shutil.rmtree(folder, ignore_errors=True)
    numbers = pa.array(np.arange(len(texts), dtype=np.int32))
    labels = np.arange(len(pairs[0])) % 2
    tables = {
        "items": {
            "item_idx": numbers, "item_id": numbers.cast(pa.string()), "description": texts,
            "likes": pa.array([20] * len(texts), pa.int64()),
        },
        "item_similarity": {
            "item_a": numbers[:1], "item_b": numbers[1:2], "jaccard": pa.array([0.2]),
        },
        "training_pairs": {
            "pair_id": pa.array(np.arange(len(labels))).cast(pa.string()),
            "item_a": pa.array(pairs[0], pa.int32()), "item_b": pa.array(pairs[1], pa.int32()),
            "label": pa.array(labels, pa.int8()), "jaccard": pa.array(labels * 0.2),
            "base_cosine": pa.array(np.zeros(len(labels))), "split": ["train"] * len(labels),
            "kind": pa.array(np.array(["random", "positive"])[labels]),
        },
    }  # fmt: skip
    for name, columns in tables.items():
        (folder / name).mkdir(parents=True)
        pq.write_table(pa.table(columns), folder / name / "part-0.parquet", row_group_size=1 << 17)
    to_json(folder / "config.json", config)
    write_manifest(folder, {})
