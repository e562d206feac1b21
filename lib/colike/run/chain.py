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
    first: str | None = None, only: Sequence[str] = (), without: Sequence[str] = ()
) -> tuple[str, ...]:
    """Return the jobs from `first` on, of `only` those if there are any, but for those left out.

    Raises:
        ConfigError: There is no such job, or none is left.
    """
    for name in (first, *only, *without):
        if name is not None and name not in JOBS:
            raise ConfigError(f"There is no job {name!r}; the jobs are {', '.join(JOBS)}.")
    asked = JOBS if first is None else JOBS[JOBS.index(first) :]
    left = tuple(name for name in asked if name in (only or JOBS) and name not in without)
    if not left:
        raise ConfigError("--from, --only and --skip together leave no job; drop one of them.")
    return left
