"""The report of a store as it is."""

from pyspark.sql import functions as F

from colike import columns as C
from colike.publish.report.build import ReportFacts, build_report
from colike.publish.report.data import Pointer
from colike.run.log import RunLog
from colike.tables import Tables


def report_of(tables: Tables, log: RunLog, name: str, users: int) -> str:
    """Return the report as HTML, of the last evaluation and the last champion move.

    Args:
        tables: The tables of a store.
        log: Its log.
        name: The store as the user wrote it.
        users: How many users' lists to show.
    """
    last = max(log.successes.values(), key=lambda success: success.entry, default=None)
    facts = ReportFacts(
        name,
        None if last is None else last.run_id,
        log.writers().get("evaluation"),
        _champion(tables),
        log.not_run().get("embed", {}),
        log.figures().get("neighbours", {}),
    )
    return build_report(tables, facts, users)


def _champion(tables: Tables) -> Pointer | None:
    """The last champion move, None before the first."""
    moves = tables.read_or_empty("champion_moves").orderBy(F.desc(C.AT)).limit(1)
    rows = moves.select(C.SOURCE, C.RUN_ID, C.REASON).collect()
    return Pointer(*rows[0]) if rows else None
