"""The latest evaluation of a store, best first."""

from typing import Any

from pyspark.sql import functions as F

from colike import columns as C
from colike.errors import StoreError
from colike.run.log import RunLog
from colike.tables import Tables

FIELDS = (
    C.SOURCE, C.PROTOCOL, C.SEGMENT, C.METRIC, C.K, C.VALUE, C.CI_LOW, C.CI_HIGH, C.N,
)  # fmt: skip


def latest_rows(tables: Tables, log: RunLog, protocol: str, segment: str) -> list[dict[str, Any]]:
    """Return the figures of the last evaluation: by metric and k, the best value first.

    Args:
        tables: The tables of a store.
        log: Its log.
        protocol: holdout, book, gate, unseen, unseen_among or pairs.
        segment: all, or a group of users.

    Raises:
        StoreError: Nothing was evaluated by this protocol for this segment.
    """
    table = tables.read("evaluation")
    chosen = (
        (F.col(C.RUN_ID) == F.lit(log.writers().get("evaluation")))
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
