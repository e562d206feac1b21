"""A snapshot whose groups of items share invented words that no base model can know."""

from dataclasses import dataclass
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from colike.snapshot.manifest import write_manifest
from colike.snapshot.settings import TrainSettings, WorkerConfig, to_json

# Four words per theme, chosen to look no more alike within a theme than between themes.
THEMES = (
    ("zorvak", "plimth", "quendal", "brusk"),
    ("mivole", "tarnoc", "yelphin", "dwost"),
    ("gavrim", "shuppel", "ondrix", "felk"),
    ("krewlo", "bantish", "vomper", "ilxar"),
    ("haspid", "jorune", "wextal", "nolb"),
)
FILLERS = ("a village by the sea", "two rival cooks", "a train at night", "a lost letter",
           "the last school year", "a garden in winter")  # fmt: skip
PER_THEME = 14
HELDOUT_PER_THEME = 5


@dataclass(frozen=True)
class Pair:
    """A row of training_pairs."""

    item_a: int
    item_b: int
    label: int
    jaccard: float | None
    kind: str
    split: str


def theme_of(item: int) -> int:
    return item // PER_THEME


def is_heldout(item: int) -> bool:
    return item % PER_THEME >= PER_THEME - HELDOUT_PER_THEME


def make_items() -> dict[int, str]:
    rng = np.random.default_rng(7)
    return {
        item: f"A story of {rng.choice(FILLERS)}. It is about {rng.choice(THEMES[theme_of(item)])}."
        for item in range(len(THEMES) * PER_THEME)
    }


def make_similarity() -> dict[tuple[int, int], float]:
    """A Jaccard of .2 to .4 within a theme, none between themes."""
    rng = np.random.default_rng(8)
    items = range(len(THEMES) * PER_THEME)
    return {
        (a, b): float(rng.uniform(0.2, 0.4))
        for a, b in combinations(items, 2)
        if theme_of(a) == theme_of(b)
    }


def make_pairs() -> list[Pair]:
    """Per split all pairs within a theme, and as many between themes; none across splits."""
    rng = np.random.default_rng(9)
    similarity = make_similarity()
    pairs = []
    for split, wanted in (("train", False), ("heldout", True)):
        items = [i for i in range(len(THEMES) * PER_THEME) if is_heldout(i) == wanted]
        couples = list(combinations(items, 2))
        within = [couple for couple in couples if couple in similarity]
        between = [couple for couple in couples if couple not in similarity]
        chosen = rng.choice(len(between), len(within), replace=False)
        pairs += [Pair(a, b, 1, similarity[a, b], "positive", split) for a, b in within]
        pairs += [
            # A negative without co-likes has no Jaccard.
            Pair(*between[row], 0, None, ("below", "random", "hard")[place % 3], split)
            for place, row in enumerate(chosen)
        ]
    order = rng.permutation(len(pairs))
    return [pairs[row] for row in order]


def write_tables(folder: Path) -> None:
    """The three tables; pairs in three files of small row groups, one of them empty."""
    items, similarity, pairs = make_items(), make_similarity(), make_pairs()
    pairs_table = pa.table(
        {
            "pair_id": pa.array([f"{pair.item_a}-{pair.item_b}" for pair in pairs]),
            "item_a": pa.array([pair.item_a for pair in pairs], pa.int32()),
            "item_b": pa.array([pair.item_b for pair in pairs], pa.int32()),
            "label": pa.array([pair.label for pair in pairs], pa.int8()),
            "jaccard": pa.array([pair.jaccard for pair in pairs], pa.float64()),
            "base_cosine": pa.array([None] * len(pairs), pa.float32()),
            "kind": pa.array([pair.kind for pair in pairs]),
            "split": pa.array([pair.split for pair in pairs]),
        }
    )
    items_table = pa.table(
        {
            "item_idx": pa.array(list(items), pa.int32()),
            "item_id": pa.array([str(1000 + item) for item in items]),
            "description": pa.array(list(items.values())),
            "likes": pa.array([20] * len(items), pa.int64()),
        }
    )
    similarity_table = pa.table(
        {
            "item_a": pa.array([a for a, _ in similarity], pa.int32()),
            "item_b": pa.array([b for _, b in similarity], pa.int32()),
            "jaccard": pa.array(list(similarity.values()), pa.float64()),
        }
    )
    # Each user likes items of one theme, of which some are held.
    users_table = pa.table(
        {
            name: pa.array(
                [[theme * PER_THEME + place for place in places] for theme in range(len(THEMES))],
                pa.list_(pa.int32()),
            )
            for name, places in {"likes": (0, 1, 2), "seen": (0, 1, 2, 3), "held": (4, 5)}.items()
        }
    )
    for name in ("training_pairs", "items", "item_similarity", "validation_users"):
        (folder / name).mkdir(parents=True)
    cuts = (0, 150, 150, len(pairs))
    for part, (start, end) in enumerate(pairwise(cuts)):
        path = folder / "training_pairs" / f"part-0000{part}.parquet"
        pq.write_table(pairs_table.slice(start, end - start), path, row_group_size=64)
    pq.write_table(items_table, folder / "items" / "part-00000.parquet")
    pq.write_table(users_table, folder / "validation_users" / "part-00000.parquet")
    pq.write_table(similarity_table, folder / "item_similarity" / "part-00000.parquet")


def write_snapshot(folder: Path, base_model: str, **settings: object) -> Path:
    """Write the tables, the settings and the manifest; returns the folder."""
    write_tables(folder)
    to_json(folder / "config.json", WorkerConfig(TrainSettings(**settings), base_model))
    write_manifest(folder, {"training_pairs": 3, "items": 1})
    return folder
