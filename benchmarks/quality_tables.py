"""The figures of `benchmarks quality` as two Markdown tables: all items, and unseen ones."""

from typing import Any

from benchmarks.quality import ALL, NAME, UNSEEN
from benchmarks.results import figure

Rows = list[dict[str, Any]]
COLUMNS = {
    ALL: {
        "recall@10": "recall",
        "over base's": "recall / base",
        "nDCG": "ndcg",
        "NPS of found": "nps",
        "titles": "coverage",
        "AUC of held-out pairs": "pairs auc",
        "against `below`": "pairs auc below",
        "`random`": "pairs auc random",
        "`popular`": "pairs auc popular",
        "`hard`": "pairs auc hard",
    },
    UNSEEN: {
        "recall@10 among the unseen": "recall",
        "among all titles": "recall in full",
    },
}


def tables(rows: Rows) -> str:
    """Return the tables, with 95 % intervals over users in brackets if there are any."""
    found: dict[tuple[str, str], dict[str, float]] = {}
    for row in rows:
        if row["benchmark"] == NAME and row["value"] is not None:
            found.setdefault((row["system"], row["case"]), {})[row["metric"]] = row["value"]
    return "\n".join(_table(system, found) for system in COLUMNS)


def _table(system: str, found: dict[tuple[str, str], dict[str, float]]) -> str:
    columns = COLUMNS[system]
    lines = [f"| {system} | {' | '.join(columns)} |", f"|---|{'---|' * len(columns)}"]
    for (titles, case), figures in found.items():
        if titles == system:
            cells = [_cell(figures, metric) for metric in columns.values()]
            lines.append(f"| `{case}` | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _cell(figures: dict[str, float], metric: str) -> str:
    if metric not in figures:
        return ""
    value = figures[metric]
    cell = f"{value:,.0f}" if metric == "coverage" else figure(value)
    ends = [figures.get(f"{metric} {end}") for end in ("low", "high")]
    if None in ends or metric == "coverage":
        return cell
    return f"{cell} ({figure(ends[0])}-{figure(ends[1])})"
