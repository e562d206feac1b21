"""The chain: its jobs in order. The command line alone runs more than one of them."""

from collections.abc import Sequence
from importlib.metadata import entry_points

from colike.errors import ConfigError, DependencyError
from colike.run.stage import Stage

GROUP = "colike.jobs"
JOBS = (
    "ingest",
    "similarity",
    "pairs",
    "train",
    "embed",
    "neighbours",
    "recommend",
    "evaluate",
    "publish",
    "maintain",
)


def stages(names: Sequence[str]) -> list[Stage]:
    """Return the stages of jobs, which the package declares as entry points.

    Raises:
        DependencyError: The installed package does not have one of them.
    """
    found = {point.name: point for point in entry_points(group=GROUP)}
    missing = [name for name in names if name not in found]
    if missing:
        raise DependencyError(
            f"The installed colike has no job {', '.join(missing)}; install it again: "
            "pip install --force-reinstall colike (in a checkout: make setup)."
        )
    loaded: list[Stage] = [found[name].load() for name in names]
    return loaded


def select_jobs(
    first: str | None, only: str | None, without: Sequence[str] = ()
) -> tuple[str, ...]:
    """Return the jobs from `first` on, or `only` that one, or all, but for those left out.

    Raises:
        ConfigError: There is no such job.
    """
    for name in (first, only, *without):
        if name is not None and name not in JOBS:
            raise ConfigError(f"There is no job {name!r}; the jobs are {', '.join(JOBS)}.")
    if only is not None:
        return (only,)
    asked = JOBS if first is None else JOBS[JOBS.index(first) :]
    return tuple(name for name in asked if name not in without)
