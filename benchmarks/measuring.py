"""Measures systems in their own processes: short runs are repeated, and medians reported."""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median

from benchmarks.processes import Outcome, watched
from benchmarks.results import Row, machine

# Shorter runs are repeated, and the median counts; a part of a job is as long as the job.
REPEAT_BELOW_SECONDS = 120
REPEATS = 3
Figures = dict[str, tuple[float | None, str]]
FiguresOf = Callable[[list[Outcome]], Figures]
Measure = Callable[[str, str, Path, float], Iterator[Row]]


@dataclass(frozen=True)
class System:
    """A command that runs once on the data of a case, and the versions that matter."""

    #: Takes the case and the folder of generated data; returns a command line.
    command: Callable[[str, Path], list[str]]
    versions: dict[str, str]


def ours(*names: str) -> dict[str, str]:
    """Return the versions of these packages in this environment."""
    return {name: version(name) for name in names}


def measured(
    benchmark: str,
    case: str,
    name: str,
    system: System,
    folder: Path,
    seconds: float,
    figures: FiguresOf,
) -> Iterator[Row]:
    """Measure a system on a case; yields its rows, or one row with its error.

    Args:
        benchmark: Name of the benchmark.
        case: Name of the case.
        name: Name of the system.
        system: What to run.
        folder: Folder of generated data.
        seconds: Time limit of a run.
        figures: Turns the outcomes into figures; peak memory is added to them.
    """
    command = system.command(case, folder)
    load = machine()
    outcomes: list[Outcome] = []
    while len(outcomes) < REPEATS:
        outcomes.append(watched(command, seconds, dict(os.environ)))
        if outcomes[-1].error or _seconds(outcomes[-1]) > REPEAT_BELOW_SECONDS:
            break
    error = next((outcome.error for outcome in outcomes if outcome.error), None)
    found: Figures = {"seconds": (None, "s")}
    if not error:
        peak = median(outcome.peak_rss_bytes for outcome in outcomes)
        found = {**figures(outcomes), "peak_rss_bytes": (peak, "bytes")}
    for metric, (value, unit) in found.items():
        yield Row(
            benchmark, case, name, metric, value, unit, len(outcomes), load,
            system.versions, error,
        )  # fmt: skip


def _seconds(outcome: Outcome) -> float:
    return max(outcome.said["seconds"], outcome.said.get("job_seconds") or 0.0)


def measurer(benchmark: str, systems: Mapping[str, System], figures: FiguresOf) -> Measure:
    """Return the function that measures a system of a benchmark on a case.

    It yields the system's rows, or one row with its error; it takes the case, the name of the
    system, the folder of generated data and the time limit of a run.
    """

    def measure(case: str, system: str, folder: Path, seconds: float) -> Iterator[Row]:
        return measured(benchmark, case, system, systems[system], folder, seconds, figures)

    return measure


def medians(outcomes: list[Outcome], names: tuple[str, ...], unit: str) -> Figures:
    """Return the medians over runs of these names, for the names that all runs report."""
    said = [outcome.said for outcome in outcomes]
    there = [name for name in names if all(name in one for one in said)]
    return {name: (median(one[name] for one in said), unit) for name in there}
