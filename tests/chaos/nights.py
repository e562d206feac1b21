"""A small data set that changes each night, and runs of the chain in their own processes."""

import csv
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from colike.generate import generate
from colike.generate.form import RATINGS_FILE

from ..quick_spark import QUICK

DRIVER = Path(__file__).with_name("driver.py")
#: CHAOS_SEED chooses data and moments.
SEED = int(os.environ.get("CHAOS_SEED", "1"))
MARKS = [
    pytest.mark.chaos,
    pytest.mark.skipif("CHAOS" not in os.environ, reason="make chaos runs it"),
]
#: The chain without a text embedder, and no file that names its time.
SETTINGS = (
    "recommend.sources=[popularity,jaccard,ease]",
    "evaluate.baseline=popularity",
    "evaluate.protocols=[holdout,gate]",
    "evaluate.bootstrap_replicates=5",
    "publish.report_users=2",
    "similarity.min_colikes=1",
    "data.max_rejected_share=0.5",
    *(f"spark.{key}={value}" for key, value in QUICK.items()),
    "spark.spark.sql.shuffle.partitions=1",
    "spark.spark.default.parallelism=2",
)
SKIPPED = ("pairs", "train", "embed")
#: Tables that say what a run has found, and their columns that tell when and by whom.
COMPARED = (
    "ratings", "items", "user_history", "item_similarity", "item_neighbours", "recommendations",
    "published_items", "published_pairs", "published_recommendations",
)  # fmt: skip


def first_night(folder: Path, seed: int) -> Path:
    """Return a folder of generated files: 200 users, 60 items, 4,000 ratings."""
    generate(users=200, items=60, ratings=4000, seed=seed, out=folder)
    return folder


def next_night(before: Path, folder: Path, random: Random) -> Path:
    """Return a folder with what a day changes: some ratings are new, others, gone, or none."""
    folder.mkdir()
    for path in before.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    with (before / RATINGS_FILE).open(encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    kept = [row for row in rows if random.random() > 0.02]
    changed = [
        [*row[:2], str(random.randint(1, 10))] if random.random() < 0.02 else row for row in kept
    ]
    user = str(1_000_000 + random.randrange(1_000_000))
    items = random.sample(sorted({row[1] for row in rows}), 8)
    new = [[user, item, str(random.randint(7, 10))] for item in items]
    with (folder / RATINGS_FILE).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *changed, *new, [user, "no item", "9"]])
    return folder


def command(data: Path, store: Path | str) -> list[str]:
    """Return the words of `colike run` on a night's files."""
    settings = [word for setting in SETTINGS for word in ("--set", setting)]
    skipped = [word for job in SKIPPED for word in ("--skip", job)]
    where = ["--data", str(data), "--store", str(store), "--log-format", "plain"]
    return ["run", "conf/mal2020.yml", *where, *settings, *skipped]


def started(words: Sequence[str], commit: int = 0) -> subprocess.Popen[str]:
    """Start colike in a process group of its own, killed after a commit if one is given."""
    return subprocess.Popen(
        [sys.executable, str(DRIVER), str(commit), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "SPARK_LOCAL_IP": "127.0.0.1"},
        start_new_session=True,
    )


def finished(words: Sequence[str]) -> str:
    """Run colike to its end, and return what it printed."""
    process = started(words)
    said, _ = process.communicate(timeout=300)
    assert process.returncode == 0, said[-3000:]
    return said


def commits_of(said: str) -> int:
    """Return how many commits a run made that was not killed, from what it printed."""
    (number,) = re.findall(r"^(\d+) commits$", said, re.MULTILINE)
    return int(number)
