"""`colike leaderboard`: the latest evaluation, best first."""

import json
from typing import Annotated, Any

import typer
from pyspark.sql import functions as F
from rich.table import Table

from colike import columns as C
from colike.cli.options import DEFAULT_STORE, JsonOption, StoreOption
from colike.cli.output import wide_console
from colike.cli.store import open_existing
from colike.errors import StoreError
from colike.publish.report.data import not_run
from colike.run.log import RunLog
from colike.tables import Store

NAME = "leaderboard"
SHOWN = ("recall", "ndcg", "nps", "found_per_user", "serendipity", "coverage")
FIELDS = (
    C.SOURCE, C.PROTOCOL, C.SEGMENT, C.METRIC, C.K, C.VALUE, C.CI_LOW, C.CI_HIGH, C.N,
)  # fmt: skip


def command(
    store: StoreOption = DEFAULT_STORE,
    protocol: Annotated[str, typer.Option(help="holdout, book, or pairs.")] = "holdout",
    segment: Annotated[str, typer.Option(help="all, or a group of users.")] = "all",
    k: Annotated[int, typer.Option("-k", help="Depth shown in the table.")] = 10,
    as_json: JsonOption = False,
) -> None:
    """Show the latest evaluation, best recall first; embedders that did not run are named."""
    opened = open_existing(store)
    rows = latest_rows(opened, protocol, segment)
    missing = not_run(opened)
    if as_json:
        absent = [_absent(name, why, protocol, segment) for name, why in missing.items()]
        typer.echo(json.dumps(rows + absent, ensure_ascii=False))
        return
    depth = 0 if protocol == "pairs" else k
    _print([row for row in rows if row[C.K] == depth], f"{protocol}, users {segment}, k = {depth}")
    for name, why in missing.items():
        typer.echo(f"not run: {name}: {why}")


def latest_rows(store: Store, protocol: str, segment: str) -> list[dict[str, Any]]:
    """Return the figures of the last evaluation: by metric and k, the best value first.

    Raises:
        StoreError: Nothing was evaluated by this protocol for this segment.
    """
    table = store.read("evaluation")
    last = RunLog(store, "").last_run_of("evaluate")
    chosen = (
        (F.col(C.RUN_ID) == last)
        & (F.col(C.PROTOCOL) == protocol)
        & (F.col(C.SEGMENT) == segment)
        & F.col(C.VERSUS).isNull()
    )
    rows = [row.asDict() for row in table.where(chosen).select(*FIELDS).collect()]
    if not rows:
        raise StoreError(
            f"The last evaluation has no protocol {protocol!r} with segment {segment!r}; see "
            '`colike sql "select distinct protocol, segment from evaluation"`.'
        )
    return sorted(rows, key=lambda row: (row[C.METRIC], row[C.K], -(row[C.VALUE] or 0.0)))


def _absent(name: str, why: str, protocol: str, segment: str) -> dict[str, Any]:
    nothing = dict.fromkeys(FIELDS)
    said = {C.SOURCE: name, C.PROTOCOL: protocol, C.SEGMENT: segment, C.METRIC: "not_run"}
    return {**nothing, **said, "reason": why}


def _print(rows: list[dict[str, Any]], title: str) -> None:
    metrics = [name for name in SHOWN if any(row[C.METRIC] == name for row in rows)]
    metrics = metrics or sorted({row[C.METRIC] for row in rows})
    figures = {(row[C.SOURCE], row[C.METRIC]): row for row in rows}
    by_first = [row for row in rows if row[C.METRIC] == metrics[0]]
    table = Table(title=title, title_justify="left")
    table.add_column(C.SOURCE)
    for name in metrics:
        table.add_column(name, justify="right")
    for row in by_first:
        cells = [_cell(figures.get((row[C.SOURCE], name))) for name in metrics]
        table.add_row(row[C.SOURCE], *cells)
    wide_console().print(table)


def _cell(row: dict[str, Any] | None) -> str:
    if row is None or row[C.VALUE] is None:
        return ""
    if row[C.METRIC] == "coverage":
        return f"{row[C.VALUE]:,.0f}"
    if row[C.CI_LOW] is None:
        return f"{row[C.VALUE]:.3f}"
    return f"{row[C.VALUE]:.3f} ({row[C.CI_LOW]:.3f}-{row[C.CI_HIGH]:.3f})"
