"""`colike sql`: Spark SQL over tables and views."""

import json
from typing import Annotated

import typer

from colike.cli.options import DEFAULT_STORE, JsonOption, StoreOption
from colike.errors import ConfigError
from colike.printing import say
from colike.queries.output import print_table
from colike.queries.sql import ask
from colike.queries.store import open_existing
from colike.tables.views import register_views

NAME = "sql"
UNKNOWN_NAME = "TABLE_OR_VIEW_NOT_FOUND"


def command(
    query: Annotated[str, typer.Argument(help="A query over tables and views by name.")],
    store: StoreOption = DEFAULT_STORE,
    limit: Annotated[int, typer.Option(min=1, help="Rows shown at most.")] = 100,
    as_json: JsonOption = False,
) -> None:
    """Run Spark SQL over the store's tables and views; it reads and changes nothing."""
    opened = open_existing(store)
    names = register_views(opened)
    try:
        answer = ask(opened.spark, query, limit)
    except ConfigError as error:
        known = f"Tables and views: {', '.join(sorted(names))}."
        raise ConfigError(
            f"{error} {known}" if UNKNOWN_NAME in str(error) else str(error)
        ) from error
    if as_json:
        rows = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
        say(json.dumps(rows, default=str, ensure_ascii=False))
        return
    print_table(answer.columns, answer.rows)
    if answer.is_cut:
        say(f"(the first {limit} rows; --limit shows more)")
