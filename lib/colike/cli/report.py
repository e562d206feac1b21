"""`colike report`: one self-contained HTML file."""

from pathlib import Path
from typing import Annotated

import typer

from colike.cli.options import DEFAULT_STORE, StoreOption
from colike.cli.store import open_existing
from colike.config.saved import saved_config
from colike.publish.report.build import build_report

NAME = "report"


def command(
    store: StoreOption = DEFAULT_STORE,
    out: Annotated[Path | None, typer.Option(help="File to write.")] = None,
) -> None:
    """Write the report of the store's last evaluation and say where."""
    opened = open_existing(store)
    path = out or opened.files / "reports" / "report.html"
    written = build_report(opened, path, saved_config(opened.files).publish.report_users)
    typer.echo(f"Report: {written}")
