"""`colike check`: every finding of ingest, without writing anything."""

from tempfile import TemporaryDirectory
from typing import Annotated

import typer
from pyspark.sql import functions as F

from colike import columns as C
from colike.config import load_config
from colike.printing import say
from colike.queries.output import print_table
from colike.run import chain
from colike.run.ids import new_run_id
from colike.run.main import open_store
from colike.run.outputs import Outputs
from colike.run.reporters import PlainReporter
from colike.run.runner import work_out
from colike.run.session import Run, Session

NAME = "check"
EXAMPLE_LENGTH = 100


def command(
    config: Annotated[str, typer.Argument(metavar="CONF", help="YAML file of the data set.")],
    data: Annotated[str | None, typer.Option(help="Folder or URI of the input files.")] = None,
    overrides: Annotated[
        list[str] | None, typer.Option("--set", metavar="A.B=C", help="Override a setting.")
    ] = None,
) -> None:
    """Say what ingest would find in the files: rows by reason, with file and line."""
    settings = load_config(config, overrides or [])
    for stage in chain.stages(chain.JOBS):
        stage.check(stage.settings(settings))
    (ingest,) = chain.stages(["ingest"])
    with TemporaryDirectory(prefix="colike-check-") as nowhere:
        store = open_store(settings, nowhere)
        run = Run(settings, store, new_run_id(), data, PlainReporter())
        with work_out(ingest, Session.begin(run, [ingest])) as outputs:
            _print(outputs)
    if outputs.failure is not None:
        raise outputs.failure


def _print(outputs: Outputs) -> None:
    for write in outputs.writes:
        if write.how == "keep":
            continue
        if write.table == "quarantine":
            example = F.min(F.struct(C.FILE, C.LINE, C.ROW)).alias("example")
            counted = write.rows.groupBy(C.TABLE, C.REASON).agg(F.count("*").alias(C.ROWS), example)
            found = counted.orderBy(F.desc(C.ROWS)).collect()
            rows = [
                [one[C.TABLE], one[C.REASON], one[C.ROWS], one["example"][C.FILE],
                 one["example"][C.LINE], one["example"][C.ROW][:EXAMPLE_LENGTH]]
                for one in found
            ]  # fmt: skip
            print_table([C.TABLE, C.REASON, C.ROWS, C.FILE, C.LINE, C.ROW], rows)
        else:
            say(f"{write.table}: {write.rows.count():,} rows would be kept")
    for note in outputs.notes:
        say(note)
    if not outputs.notes:
        say("Every row is accepted.")
