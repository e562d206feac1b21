"""`colike run`: the chain, or part of it."""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from enum import StrEnum
from typing import Annotated

import typer
from rich.table import Table

from colike.cli.options import DEFAULT_STORE, JsonOption, StoreOption
from colike.cli.progress import TerminalReporter
from colike.config import load_config
from colike.printing import say
from colike.queries.output import error_screen, wide_screen
from colike.run import chain
from colike.run.ids import new_run_id
from colike.run.main import open_store
from colike.run.plan import Planned, plan
from colike.run.reporters import JsonReporter, PlainReporter
from colike.run.runner import run_stages
from colike.run.session import Run

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
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="JOB", help="Run this job alone; may be given again."),
    ] = None,
    skip: Annotated[
        list[str] | None,
        typer.Option(metavar="JOB", help="Leave this job out; may be given again."),
    ] = None,
    overrides: Annotated[
        list[str] | None, typer.Option("--set", metavar="A.B=C", help="Override a setting.")
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Read the input tables (Delta) as they were then: a time with its zone, or the "
            "number of a version.",
        ),
    ] = None,
    show_plan: Annotated[
        bool, typer.Option("--plan", help="Say what would run and why, and run nothing.")
    ] = False,
    as_json: JsonOption = False,
    log_format: Annotated[LogFormat, typer.Option(help="Bars, plain lines or JSON.")] = (
        LogFormat.auto
    ),
) -> None:
    """Run the chain; jobs whose code, inputs and settings have not changed do nothing."""
    settings = load_config(config, overrides or [])
    if as_of is not None:
        versions = [f"data.{name}.as_of={as_of}" for name in settings.data.inputs]
        settings = load_config(config, [*(overrides or []), *versions])
    jobs = chain.select_jobs(from_job, only or [], skip or [])
    # Java starts while Python loads the jobs.
    with ThreadPoolExecutor(1) as pool:
        opening = pool.submit(open_store, settings, store)
        stages = chain.stages(jobs)
        opened = opening.result()
    run = Run(settings, opened, new_run_id(), data, PlainReporter())
    if show_plan:
        print_plan(plan(run, stages), as_json)
        return
    screen = error_screen()
    if log_format is LogFormat.json:
        run = replace(run, reporter=JsonReporter())
    if log_format is LogFormat.auto and screen.is_terminal:
        with TerminalReporter(screen, opened.spark) as bars:
            worked = run_stages(replace(run, reporter=bars), stages)
    else:
        worked = run_stages(run, stages)
    if not worked:
        say(f"Nothing to do: store {store} is up to date with its inputs and settings.")
        return
    say(f"Done: {', '.join(worked)}. See: colike leaderboard --store {store}")


def print_plan(jobs: Sequence[Planned], as_json: bool) -> None:
    """Print which jobs would run and why, as a table or as JSON."""
    if as_json:
        say(json.dumps([asdict(job) for job in jobs], ensure_ascii=False))
        return
    table = Table(title="What a run would do", title_justify="left")
    for heading in ("job", "runs", "last seconds", "why"):
        table.add_column(heading, justify="right" if heading == "last seconds" else "left")
    for job in jobs:
        seconds = "" if job.last_seconds is None else f"{job.last_seconds:.1f}"
        why = "; ".join(job.why) or "nothing to do"
        table.add_row(job.job, "yes" if job.runs else "no", seconds, why)
    wide_screen().print(table)
