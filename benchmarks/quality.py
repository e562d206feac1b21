"""What training gains on the real ratings, by source and objective (docs/method.md, Metrics).

Each objective is trained twice: on all items, and with a tenth of the liked items kept out of
ratings, Jaccard and training, which then have to be found by their texts. Each of the two has a
store with everything that the objectives share, up to the pairs.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pyspark.sql import functions as F

from benchmarks.results import Row, machine
from benchmarks.unseen import RATINGS, recall_by_depth, unseen_titles, users_of
from benchmarks.unseen import without_unseen as files_without_unseen
from colike.config import load_config
from colike.embedding.vectors import collect_vectors
from colike.run.chain import JOBS, stages
from colike.run.ids import new_run_id
from colike.run.main import open_store
from colike.run.reporters import PlainReporter
from colike.run.runner import Run, run_stages
from colike.tables import Store

NAME = "quality"
CONFIG = "conf/mal2020.yml"
K = 10
METRICS = ("recall", "ndcg", "nps", "found_per_user", "coverage", "auc")
UNTIL_EVALUATED = JOBS[: JOBS.index("evaluate") + 1]
UNTIL_EMBEDDED = JOBS[: JOBS.index("embed") + 1]
LIBRARIES = ("colike", "torch", "sentence-transformers")
FINETUNED = "finetuned"
ALL, UNSEEN = "all titles", "unseen titles"


@dataclass(frozen=True)
class Trial:
    """A way to train: name, minutes of steps, and other overrides of the config."""

    name: str
    minutes: float
    overrides: tuple[str, ...] = ()

    @property
    def settings(self) -> tuple[str, ...]:
        """All overrides of the config."""
        return (f"train.max_minutes={self.minutes}", *self.overrides)


def trials(minutes: float) -> dict[str, Trial]:
    """Return the ways to train by name, each for `minutes`; a head needs at most two."""
    names = ("graded", "mnr", "cosine", "softmax", "contrastive")
    found = {name: Trial(name, minutes, (f"train.objective={name}",)) for name in names}
    found["head"] = Trial("head", min(minutes, 2.0), ("train.objective=head",))
    return found


def of_all_titles(trial: Trial, data: Path, folder: Path) -> Iterator[Row]:
    """Train and measure on all items; yields the figures of each source.

    Args:
        trial: How to train.
        data: Folder of the real files.
        folder: Folder of stores.
    """
    load = machine()
    store = _ran(trial, data, folder / "all", UNTIL_EVALUATED)
    table = store.read("evaluation")
    newest = table.agg(F.max("run_id")).first()[0]
    asked = F.col("metric").isin(*METRICS) & F.col("k").isin(0, K)
    of_users = (F.col("protocol") == "holdout") & (F.col("segment") == "all")
    mine = table.where((F.col("run_id") == newest) & asked)
    for row in mine.where(of_users | (F.col("protocol") == "pairs")).collect():
        name = row["metric"]
        if row["protocol"] == "pairs":
            name = f"pairs {name}" + ("" if row["segment"] == "all" else f" {row['segment']}")
        if row["versus"]:
            name = f"{name} / {row['versus']}"
        case = trial.name if row["source"] == FINETUNED else row["source"]
        for suffix, value in (("", row["value"]), *_ends(row["ci_low"], row["ci_high"])):
            yield _row(case, ALL, f"{name}{suffix}", value, load, trial)


def of_unseen_titles(trial: Trial, data: Path, folder: Path) -> Iterator[Row]:
    """Train without the unseen items and find them; yields the recall of base and trial.

    `recall` ranks the unseen items among themselves, `recall in full` among all items.
    """
    load = machine()
    files = files_without_unseen(data, folder / "files-without-unseen")
    store = _ran(trial, files, folder / "unseen", UNTIL_EMBEDDED)
    ratings = pd.read_csv(data / RATINGS)
    unseen = unseen_titles(ratings)
    for source in ("base", FINETUNED):
        embedded = collect_vectors(store.read("item_embeddings"), store.read("items"), source)
        titles = embedded.ids.astype(np.int64)
        users = users_of(ratings, unseen, titles)
        every = np.arange(len(titles), dtype=np.int32)
        case = trial.name if source == FINETUNED else source
        for name, candidates in (
            ("recall", every[np.isin(titles, list(unseen))]),
            ("recall in full", every),
        ):
            by_depth = recall_by_depth(embedded.vectors, users, candidates)
            best = by_depth[:, by_depth.mean(axis=0).argmax()]
            spread = 1.96 * float(best.std()) / len(best) ** 0.5
            mean = float(best.mean())
            for suffix, value in (("", mean), *_ends(mean - spread, mean + spread)):
                yield _row(case, UNSEEN, f"{name}{suffix}", value, load, trial)


def _ran(trial: Trial, data: Path, folder: Path, jobs: Sequence[str]) -> Store:
    """Return the store of a trial after these jobs; finished jobs are skipped."""
    config = load_config(CONFIG, trial.settings)
    store = open_store(config, str(folder))
    run_stages(Run(config, store, new_run_id(), str(data), PlainReporter()), stages(jobs))
    return store


def _ends(low: float | None, high: float | None) -> list[tuple[str, Any]]:
    """Return the ends of a 95 % interval over users, if there is one."""
    return [] if low is None else [(" low", low), (" high", high)]


def _row(case: str, system: str, metric: str, value: float | None, load: str, trial: Trial) -> Row:
    versions = {name: version(name) for name in LIBRARIES} | {"settings": " ".join(trial.settings)}
    return Row(NAME, case, system, metric, value, "", 1, load, versions)
