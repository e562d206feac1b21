"""`colike sql`: Spark SQL over tables and views."""

import json
from typing import Annotated

import typer
from pyspark.errors import AnalysisException, ParseException

from colike.cli.options import DEFAULT_STORE, JsonOption, StoreOption
from colike.cli.output import print_rows
from colike.errors import ConfigError
from colike.queries.store import open_existing
from colike.tables.views import register_views

NAME = "sql"


def command(
    query: Annotated[str, typer.Argument(help="A SELECT over tables and views by name.")],
    store: StoreOption = DEFAULT_STORE,
    limit: Annotated[int, typer.Option(help="Rows shown at most.")] = 100,
    as_json: JsonOption = False,
) -> None:
    """Run Spark SQL over the store's tables and views."""
    opened = open_existing(store)
    names = register_views(opened)
    try:
        frame = opened.spark.sql(query)
        rows = frame.limit(limit + 1).collect()
    except (AnalysisException, ParseException) as error:
        reason = str(error).splitlines()[0]
        raise ConfigError(
            f"The query fails: {reason} Tables and views: {', '.join(sorted(names))}."
        ) from error
    shown = [row.asDict(recursive=True) for row in rows[:limit]]
    if as_json:
        typer.echo(json.dumps(shown, default=str, ensure_ascii=False))
        return
    print_rows(frame.columns, shown)
    if len(rows) > limit:
        typer.echo(f"(the first {limit} rows; --limit shows more)")
