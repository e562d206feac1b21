"""The latest evaluation of a store: sources, best first, then anchors."""

from typing import Any

from pyspark.sql import Column
from pyspark.sql import functions as F

from colike import columns as C
from colike.config.models import UNSEEN
from colike.config.section import ANCHORS
from colike.errors import StoreError
from colike.run.log import RunLog
from colike.tables import Tables

FIELDS = (
    C.SOURCE, C.PROTOCOL, C.SEGMENT, C.METRIC, C.K, C.VALUE, C.CI_LOW, C.CI_HIGH, C.N,
)  # fmt: skip
#: Whether a row is of an anchor, which is no source.
ANCHOR = "anchor"


def latest_rows(tables: Tables, log: RunLog, protocol: str, segment: str) -> list[dict[str, Any]]:
    """Return the figures of the last evaluation by metric and k: best source first, anchors last.

    Args:
        tables: The tables of a store.
        log: Its log.
        protocol: holdout, book, gate, unseen, unseen_among or pairs.
        segment: all, or a group of users.

    Raises:
        StoreError: Nothing was evaluated by this protocol for this segment.
    """
    rows = _rows(tables, log, (F.col(C.PROTOCOL) == protocol) & (F.col(C.SEGMENT) == segment))
    if not rows:
        raise StoreError(
            f"The last evaluation has no protocol {protocol!r} with segment {segment!r}; see "
            '`colike sql "select distinct protocol, segment from evaluation"`.'
        )
    return sorted(rows, key=_place)


def unseen_recall(tables: Tables, log: RunLog, k: int) -> dict[str, dict[str, Any]]:
    """Return each source's recall of unseen items among all items, as rows of `latest_rows`.

    Empty where the last evaluation was without protocol unseen.
    """
    is_whole = (F.col(C.PROTOCOL) == UNSEEN) & (F.col(C.SEGMENT) == "all")
    rows = _rows(tables, log, is_whole & (F.col(C.METRIC) == "recall") & (F.col(C.K) == k))
    return {row[C.SOURCE]: row for row in rows}


def _rows(tables: Tables, log: RunLog, chosen: Column) -> list[dict[str, Any]]:
    is_last = F.col(C.RUN_ID) == F.lit(log.writers().get("evaluation"))
    anchor = F.col(C.SOURCE).isin(*ANCHORS).alias(ANCHOR)
    table = tables.read("evaluation").where(is_last & F.col(C.VERSUS).isNull() & chosen)
    return [row.asDict() for row in table.select(*FIELDS, anchor).collect()]


def _place(row: dict[str, Any]) -> tuple[str, int, bool, float]:
    return row[C.METRIC], row[C.K], row[ANCHOR], -(row[C.VALUE] or 0.0)
