"""Moves of the champion: what the pointer says, and a move that a person asks for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.errors import ConfigError


@dataclass(frozen=True)
class Present:
    """The champion until now; `held`: it stays, whatever job publish finds."""

    source: str
    run_id: str
    held: bool


@dataclass(frozen=True)
class Wish:
    """What a person asks for: a published run, its source, and whether the champion is held.

    `source` None: whatever source the run published.
    """

    run: str
    source: str | None
    hold: bool


def present_champion(moves: DataFrame) -> Present | None:
    """Return what the last row of champion_moves says, None before the first."""
    last = moves.orderBy(F.desc(C.AT)).limit(1).select(C.SOURCE, C.RUN_ID, C.HELD).collect()
    return Present(last[0][C.SOURCE], last[0][C.RUN_ID], bool(last[0][C.HELD])) if last else None


def champion_of(moves: DataFrame) -> Present:
    """Return what the last row of champion_moves says.

    Raises:
        ConfigError: There is none.
    """
    found = present_champion(moves)
    if found is None:
        raise ConfigError("Nothing has been published yet; run the chain first: colike run CONF.")
    return found


def asked_move(moves: DataFrame, published: DataFrame, wish: Wish, at: datetime) -> dict[str, Any]:
    """Return the row of champion_moves that a person asks for, without its run.

    Args:
        moves: Rows of champion_moves.
        published: Rows of published_recommendations.
        wish: What is asked for.
        at: When.

    Raises:
        ConfigError: Nothing is published, or the run is not kept or of another source.
    """
    before, run = champion_of(moves), wish.run
    kept = published.select(C.RUN_ID, C.SOURCE).distinct().collect()
    sources = {row[C.RUN_ID]: row[C.SOURCE] for row in kept}
    if run not in sources:
        runs = ", ".join(sorted(sources, reverse=True)) or "none"
        raise ConfigError(
            f"Run {run} has no published lists; those that are kept: {runs} (publish.keep_runs)."
        )
    if wish.source not in (None, sources[run]):
        raise ConfigError(
            f"Run {run} published the lists of {sources[run]}, not of {wish.source}; publish those "
            f"with: colike run CONF --only publish --set publish.champion={wish.source}."
        )
    of_run = moves.where((F.col(C.RUN_ID) == run) & (F.col(C.SOURCE) == sources[run]))
    models = of_run.orderBy(F.desc(C.AT)).limit(1).select(C.MODEL_ID).collect()
    asked = "held" if wish.hold else "not held"
    where = "stays where it is" if run == before.run_id else f"moved from run {before.run_id}"
    return {
        C.SOURCE: sources[run],
        C.MODEL_ID: models[0][C.MODEL_ID] if models else None,
        C.REASON: f"{where}, {asked}: by colike champion",
        C.FIGURES: {},
        C.BY: "colike champion",
        C.HELD: wish.hold,
        C.AT: at,
    }
