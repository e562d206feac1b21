"""What training gains on the real ratings, by source and objective (docs/method.md, Metrics).

Objectives are trained one after the other in one store, which has everything that they share, up to
the pairs.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pyspark.sql import functions as F

from benchmarks.results import Row, machine
from colike.config import load_config
from colike.run.chain import JOBS, stages
from colike.run.ids import new_run_id
from colike.run.main import open_store
from colike.run.reporters import PlainReporter
from colike.run.runner import run_stages
from colike.run.session import Run
from colike.tables import Store

NAME = "quality"
CONFIG = "conf/mal2020.yml"
K = 10
METRICS = ("recall", "ndcg", "nps", "found_per_user", "coverage", "auc")
JOBS_MEASURED = JOBS[: JOBS.index("evaluate") + 1]
LIBRARIES = ("colike", "torch", "sentence-transformers")
FINETUNED, DEFAULT = "finetuned", "graded"
ALL, UNSEEN = "all titles", "unseen titles"
# What names of figures end with, by protocol of unseen items.
IN_RANKING = {"unseen": " in full", "unseen_among": ""}


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


def measured(trial: Trial, data: Path, folder: Path) -> Iterator[Row]:
    """Run the chain up to evaluate, and yield the figures of each source.

    Those of unseen items are by protocol `unseen`: `recall` ranks them among themselves, `recall in
    full` among all items.

    Args:
        trial: How to train.
        data: Folder of the real files.
        folder: Folder of the store; finished jobs are skipped.
    """
    load = machine()
    config = load_config(CONFIG, trial.settings)
    store = open_store(config, str(folder))
    run_stages(Run(config, store, new_run_id(), str(data), PlainReporter()), stages(JOBS_MEASURED))
    seeds = f"train.seed={config.train.seed} bootstrap_seed={config.evaluate.bootstrap_seed}"
    versions = {name: version(name) for name in LIBRARIES}
    versions |= {"settings": " ".join(trial.settings), "seeds": seeds}
    for figure in _evaluated(store):
        case = trial.name if figure["source"] == FINETUNED else figure["source"]
        system, name = _named(figure)
        ends = [] if figure["ci_low"] is None else [("low", "ci_low"), ("high", "ci_high")]
        for suffix, column in (("", "value"), *((f" {end}", column) for end, column in ends)):
            value = figure[column]
            if (
                value is None
            ):  # it could not be measured, such as the NPS of titles that nobody found
                continue
            yield Row(NAME, case, system, f"{name}{suffix}", value, "", 1, load, versions)


def _evaluated(store: Store) -> list[dict[str, Any]]:
    table = store.read("evaluation")
    newest = table.agg(F.max("run_id")).first()[0]
    asked = F.col("metric").isin(*METRICS) & F.col("k").isin(0, K)
    of_users = F.col("protocol").isin("holdout", *IN_RANKING) & (F.col("segment") == "all")
    mine = table.where((F.col("run_id") == newest) & asked)
    return [row.asDict() for row in mine.where(of_users | (F.col("protocol") == "pairs")).collect()]


def _named(figure: dict[str, Any]) -> tuple[str, str]:
    """Return which items a figure is of, and its name."""
    name, protocol = str(figure["metric"]), figure["protocol"]
    if protocol == "pairs":
        name = f"pairs {name}" + ("" if figure["segment"] == "all" else f" {figure['segment']}")
    name += IN_RANKING.get(protocol, "")
    if figure["versus"]:
        name = f"{name} / {figure['versus']}"
    return (UNSEEN if protocol in IN_RANKING else ALL), name
