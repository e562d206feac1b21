"""A small data set that changes each night, and runs of the chain in their own processes."""

import csv
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from random import Random

from colike.generate import generate
from colike.generate.form import RATINGS_FILE
from colike.run.chain import JOBS

from ..quick_spark import QUICK

SEED = int(os.environ.get("CHAOS_SEED", "1"))
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
NIGHTLY = tuple(job for job in JOBS if job not in SKIPPED)
#: Settings for the session of the tests; no past decides on the champion.
ONE_CHAMPION = "publish.champion=ease"
IN_PROCESS = (*(one for one in SETTINGS if not one.startswith("spark.")), ONE_CHAMPION)
#: Ratings of a user who has just come.
NEW_RATINGS = 8
#: The item of a rating that is no item's id.
NO_ITEM = "no item"
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
    """Return a folder with what a day changes, with as many ratings and users as before.

    Some ratings are new, others, or gone; one user leaves and another comes. One new row is bad;
    that of the day before is gone.
    """
    folder.mkdir()
    for path in before.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    with (before / RATINGS_FILE).open(encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    rated = [row for row in rows if row[1] != NO_ITEM]
    leaving = random.choice(sorted({row[0] for row in rated}))
    kept = [row for row in rated if random.random() > 0.02 and row[0] != leaving]
    changed = [
        [*row[:2], str(random.randint(1, 10))] if random.random() < 0.02 else row for row in kept
    ]
    coming = str(1_000_000 + random.randrange(1_000_000))
    users, items = (sorted({row[column] for row in kept}) for column in (0, 1))
    unrated = sorted(
        {(user, item) for user in users for item in items} - {(*row[:2],) for row in kept}
    )
    pairs = [(coming, item) for item in random.sample(items, NEW_RATINGS)]
    pairs += random.sample(unrated, max(0, len(rated) - len(kept) - NEW_RATINGS))
    new = [[*pair, str(random.randint(7, 10))] for pair in pairs]
    with (folder / RATINGS_FILE).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *changed, *new, [coming, NO_ITEM, "9"]])
    return folder


def command(data: Path, store: Path | str, *more: str) -> list[str]:
    """Return the words of `colike run` on a night's files, with more settings than a night's."""
    settings = [word for setting in (*SETTINGS, *more) for word in ("--set", setting)]
    skipped = [word for job in SKIPPED for word in ("--skip", job)]
    where = ["--data", str(data), "--store", str(store), "--log-format", "plain"]
    return ["run", "conf/mal2020.yml", *where, *settings, *skipped]


def colike(words: Sequence[str], **environment: str) -> subprocess.Popen[str]:
    """Start colike in a process group of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "colike.cli.main", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "SPARK_LOCAL_IP": "127.0.0.1", **environment},
        start_new_session=True,
    )


def finished(words: Sequence[str], **environment: str) -> str:
    """Run colike to its end, and return what it printed."""
    process = colike(words, **environment)
    said, _ = process.communicate(timeout=300)
    assert process.returncode == 0, said[-3000:]
    return said
