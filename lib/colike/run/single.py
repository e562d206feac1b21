"""A row that a person has written: one more job of the store, with its lock and its events."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from pyspark.sql import DataFrame

from colike import columns as C
from colike.run.ids import new_run_id
from colike.run.inputs import Inputs
from colike.run.outputs import Outputs
from colike.run.reporters import PlainReporter
from colike.run.runner import run_stages
from colike.run.session import Run
from colike.run.settings import Settings
from colike.run.stage import Stage
from colike.tables import Store, Tables
from colike.tables.writes import append

#: Returns a row from the tables that are read, the table's own rows, and a time after all of them.
Row = Callable[[Tables, DataFrame, datetime], Mapping[str, Any]]


def append_row(
    store: Store, run_id: str, job: str, table: str, reads: tuple[str, ...], row: Row
) -> None:
    """Append a row to a table as a job of its own; the job that writes the table is not undone.

    It works whatever has become of the store's config, which decides nothing here.

    Args:
        store: The store.
        run_id: The run that the row is of.
        job: Name of the job in the log.
        table: The table; it has a column `at`.
        reads: Tables that the row is made from.
        row: Makes it, without the run.

    Raises:
        StoreError: Another run holds the store.
        ColikeError: What `row` raises.
    """
    call = new_run_id()

    def make(inputs: Inputs, settings: Settings) -> Outputs:
        made = row(inputs, inputs.own(table), inputs.time_after(table, C.AT))
        return Outputs([append(table, inputs.frame(table, [made]))])

    stage = Stage(
        name=job,
        reads=reads,
        writes=(table,),
        sections=(),
        run=make,
        continues=(table,),
        # Every call is one of its own.
        fingerprint=lambda inputs, settings: call,
        defined_in=__name__,
    )
    run_stages(Run(None, store, run_id, None, PlainReporter()), [stage])
