"""`colike run`: the chain, or part of it."""

from enum import StrEnum
from typing import Annotated

import typer
from rich.console import Console

from colike.cli.options import DEFAULT_STORE, StoreOption
from colike.cli.progress import TerminalReporter
from colike.config import load_config
from colike.run.chain import new_run_id, open_store, run_jobs, select_jobs
from colike.run.reporters import JsonReporter, PlainReporter
from colike.run.stage import Run

NAME = "run"


class LogFormat(StrEnum):
    """How a run tells what it does."""

    auto = "auto"
    plain = "plain"
    json = "json"


def command(
    config: Annotated[str, typer.Argument(metavar="CONF", help="YAML file of the data set.")],
    data: Annotated[str | None, typer.Option(help="Folder or URI of the input files.")] = None,
    store: StoreOption = DEFAULT_STORE,
    from_job: Annotated[
        str | None, typer.Option("--from", metavar="JOB", help="Begin with this job.")
    ] = None,
    only: Annotated[str | None, typer.Option(metavar="JOB", help="Run this job alone.")] = None,
    skip: Annotated[
        list[str] | None,
        typer.Option(metavar="JOB", help="Leave this job out; may be given again."),
    ] = None,
    overrides: Annotated[
        list[str] | None, typer.Option("--set", metavar="A.B=C", help="Override a setting.")
    ] = None,
    log_format: Annotated[LogFormat, typer.Option(help="Bars, plain lines or JSON.")] = (
        LogFormat.auto
    ),
) -> None:
    """Run the chain; jobs whose inputs and settings have not changed do nothing."""
    settings = load_config(config, overrides or [])
    names = select_jobs(from_job, only, skip or [])
    opened = open_store(settings, store)
    console = Console(stderr=True)
    reporter = JsonReporter() if log_format is LogFormat.json else PlainReporter()
    if log_format is LogFormat.auto and console.is_terminal:
        with TerminalReporter(console, opened.spark) as bars:
            worked = run_jobs(Run(settings, opened, new_run_id(), data, bars), names)
    else:
        worked = run_jobs(Run(settings, opened, new_run_id(), data, reporter), names)
    if not worked:
        typer.echo(f"Nothing to do: store {store} is up to date with its inputs and settings.")
        return
    typer.echo(f"Done: {', '.join(worked)}. See: colike leaderboard --store {store}")
