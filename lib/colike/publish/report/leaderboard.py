"""The leaderboard of the report: a row per source, a figure with its interval per metric."""

from dataclasses import dataclass

import pandas as pd

from colike import columns as C
from colike.config.section import ANCHORS

METRICS = ("recall", "ndcg", "nps", "found_per_user", "coverage")
COMPARED = ("recall", "ndcg", "nps")
DEPTH = 10


@dataclass(frozen=True)
class Cell:
    """A figure and its interval; None if not measured."""

    value: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Line:
    """A source's figures and paired ratios to the baseline, by metric."""

    source: str
    figures: dict[str, Cell]
    ratios: dict[str, Cell]

    @property
    def is_anchor(self) -> bool:
        """Whether it is no source, but what sources are held against."""
        return self.source in ANCHORS


@dataclass(frozen=True)
class Leaderboard:
    """Sources by descending recall at `k`, then anchors; ratios are to `baseline`."""

    k: int
    users: int
    baseline: str | None
    lines: list[Line]


def leaderboard(evaluation: pd.DataFrame) -> Leaderboard | None:
    """Return the leaderboard of protocol holdout, segment all, at k = 10 or else the largest k.

    Args:
        evaluation: Rows of one run of table evaluation.
    """
    own = (evaluation[C.PROTOCOL] == "holdout") & (evaluation[C.SEGMENT] == "all")
    rows = evaluation[own]
    if rows.empty:
        return None
    depths = set(rows[C.K])
    k = DEPTH if DEPTH in depths else int(max(depths))
    at_depth = rows[rows[C.K] == k]
    baselines = at_depth[C.VERSUS].dropna()
    lines = [_line(str(source), group) for source, group in at_depth.groupby(C.SOURCE)]
    lines.sort(key=lambda line: (line.is_anchor, -_recall(line), line.source))
    users = at_depth.loc[at_depth[C.METRIC] == "recall", C.N].max()
    return Leaderboard(
        k,
        0 if pd.isna(users) else int(users),
        None if baselines.empty else str(baselines.iloc[0]),
        lines,
    )


def _line(source: str, rows: pd.DataFrame) -> Line:
    alone, ratios = rows[rows[C.VERSUS].isna()], rows[rows[C.VERSUS].notna()]
    return Line(source, _cells(alone), _cells(ratios))


def _cells(rows: pd.DataFrame) -> dict[str, Cell]:
    columns = rows[[C.METRIC, C.VALUE, C.CI_LOW, C.CI_HIGH]].itertuples(index=False)
    return {
        str(metric): Cell(_known(value), _known(low), _known(high))
        for metric, value, low, high in columns
    }


def _known(value: float | None) -> float | None:
    return None if value is None or pd.isna(value) else float(value)


def _recall(line: Line) -> float:
    cell = line.figures.get("recall")
    return -1.0 if cell is None or cell.value is None else cell.value
