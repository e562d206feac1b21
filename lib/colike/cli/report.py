"""`colike report`: one self-contained HTML file."""

from pathlib import Path
from typing import Annotated

import typer

from colike.cli.options import DEFAULT_STORE, StoreOption, writing_to
from colike.printing import say
from colike.publish.report.kept import report_name
from colike.queries.report import report_of
from colike.queries.store import config_of, open_existing
from colike.run.log import RunLog

NAME = "report"


def command(
    store: StoreOption = DEFAULT_STORE,
    out: Annotated[Path | None, typer.Option(help="File to write.")] = None,
) -> None:
    """Write the report of the store's last evaluation and say where."""
    opened = open_existing(store)
    users = config_of(opened.files).publish.report_users
    html = report_of(opened, RunLog.read(opened, ""), opened.location.name, users)
    if out is None:
        where = opened.files.write_text(report_name("report"), html)
    else:
        where = str(out)
        with writing_to(out):
            out.parent.mkdir(parents=True, exist_ok=True)
            out.write_text(html, encoding="utf-8")
    say(f"Report: {where}")
