"""`colike leaderboard`: the latest evaluation, best first."""

import json
from collections.abc import Mapping
from typing import Annotated, Any

import typer
from rich.table import Table

from colike import columns as C
from colike.cli.options import DEFAULT_STORE, JsonOption, StoreOption
from colike.printing import say
from colike.queries.leaderboard import ANCHOR, FIELDS, latest_rows, unseen_recall
from colike.queries.output import wide_screen
from colike.queries.store import open_existing
from colike.run.log import RunLog

NAME = "leaderboard"
SHOWN = ("recall", "ndcg", "nps", "found_per_user", "coverage")


def command(
    store: StoreOption = DEFAULT_STORE,
    protocol: Annotated[
        str, typer.Option(help="holdout, book, gate, unseen, unseen_among or pairs.")
    ] = "holdout",
    segment: Annotated[str, typer.Option(help="all, or a group of users.")] = "all",
    k: Annotated[int, typer.Option("-k", help="Depth shown in the table.")] = 10,
    as_json: JsonOption = False,
) -> None:
    """Show the latest evaluation, best recall first, anchors last; what did not run is named.

    The last column is of items that nobody is known to like, by protocol unseen.
    """
    opened = open_existing(store)
    log = RunLog.read(opened, "")
    rows = latest_rows(opened, log, protocol, segment)
    missing = log.not_run().get("embed", {})
    if as_json:
        absent = [_absent(name, why, protocol, segment) for name, why in missing.items()]
        say(json.dumps(rows + absent, ensure_ascii=False))
        return
    depth = 0 if protocol == "pairs" else k
    beside = unseen_recall(opened, log, k) if (protocol, segment) == ("holdout", "all") else {}
    shown = [row for row in rows if row[C.K] == depth]
    _print(shown, f"{protocol}, users {segment}, k = {depth}", beside)
    for name, why in missing.items():
        say(f"not run: {name}: {why}")


def _absent(name: str, why: str, protocol: str, segment: str) -> dict[str, Any]:
    nothing = dict.fromkeys(FIELDS)
    said = {C.SOURCE: name, C.PROTOCOL: protocol, C.SEGMENT: segment, C.METRIC: "not_run"}
    return {**nothing, **said, ANCHOR: False, "reason": why}


def _print(rows: list[dict[str, Any]], title: str, unseen: Mapping[str, dict[str, Any]]) -> None:
    metrics = [name for name in SHOWN if any(row[C.METRIC] == name for row in rows)]
    metrics = metrics or sorted({row[C.METRIC] for row in rows})
    figures = {(row[C.SOURCE], row[C.METRIC]): row for row in rows}
    by_first = [row for row in rows if row[C.METRIC] == metrics[0]]
    table = Table(title=title, title_justify="left")
    table.add_column(C.SOURCE)
    for name in [*metrics, *(["recall of unseen"] if unseen else [])]:
        table.add_column(name, justify="right")
    for row in by_first:
        cells = [_cell(figures.get((row[C.SOURCE], name))) for name in metrics]
        cells += [_cell(unseen.get(row[C.SOURCE]))] if unseen else []
        table.add_row(_named(row), *cells, style="dim" if row[ANCHOR] else None)
    wide_screen().print(table)


def _named(row: dict[str, Any]) -> str:
    return f"{row[C.SOURCE]} ({ANCHOR})" if row[ANCHOR] else str(row[C.SOURCE])


def _cell(row: dict[str, Any] | None) -> str:
    if row is None or row[C.VALUE] is None:
        return ""
    if row[C.METRIC] == "coverage":
        return f"{row[C.VALUE]:,.0f}"
    if row[C.CI_LOW] is None:
        return f"{row[C.VALUE]:.3f}"
    return f"{row[C.VALUE]:.3f} ({row[C.CI_LOW]:.3f}-{row[C.CI_HIGH]:.3f})"
