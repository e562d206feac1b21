"""The clock of the systems that are asked questions: medians of three answers, as JSON."""

import json
from collections.abc import Callable
from importlib import resources
from statistics import median

from benchmarks.systems.timing import timed

TIMES = 3


def say(ask: Callable[[str], object]) -> None:
    """Ask each question of conf/samples three times; print the median of its seconds by name."""
    files = resources.files("colike.conf").joinpath("samples").iterdir()
    texts = {file.name.removesuffix(".sql"): file.read_text("utf-8") for file in files}
    queries = {name: _seconds(ask, texts[name]) for name in sorted(texts)}
    print(json.dumps({"seconds": sum(queries.values()), "queries": queries}))


def _seconds(ask: Callable[[str], object], sql: str) -> float:
    return median(timed(lambda: ask(sql))["seconds"] for _ in range(TIMES))
