"""Rejected rows go to quarantine; too many of them stop the job before another table changes."""

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import Row as SparkRow
from pyspark.sql import functions as F

from colike import columns as C
from colike.errors import QualityError

EXAMPLE_LENGTH = 200


@dataclass(frozen=True)
class Verdict:
    """What is wrong with a file: how many of its rows, a sentence each for user and error.

    `failure` is there if more rows were rejected than the config allows.
    """

    rejected: int
    notes: Sequence[str] = ()
    failure: QualityError | None = None


def judge(path: str, total: int, rejected: DataFrame, largest_share: float) -> Verdict:
    """Return the verdict on a file.

    Args:
        path: The file, for the messages.
        total: Rows of the file.
        rejected: Its rejected rows, with `reason` and `row`.
        largest_share: Share of the rows that may be rejected.
    """
    grouped = rejected.groupBy(C.REASON).agg(
        F.count(F.lit(1)).alias(C.ROWS), F.min(C.ROW).alias("example")
    )
    reasons = grouped.orderBy(F.desc(C.ROWS), C.REASON).collect()
    count = sum(int(row[C.ROWS]) for row in reasons)
    if not count:
        return Verdict(0)
    note = f"{count:,} of {total:,} rows of {path} went to quarantine"
    failure = None
    if count > largest_share * total:
        failure = QualityError(_too_many(path, count, total, reasons, largest_share))
    return Verdict(count, [note], failure)


def _too_many(
    path: str, count: int, total: int, reasons: Sequence[SparkRow], largest_share: float
) -> str:
    worst = reasons[0]
    named = ", ".join(f"{row[C.ROWS]:,} {row[C.REASON]}" for row in reasons)
    return (
        f"{path}: {count:,} of {total:,} rows were rejected ({named}), more than "
        f"data.max_rejected_share = {largest_share:g} allows; one is {worst[C.REASON]}: "
        f"{worst['example'][:EXAMPLE_LENGTH]}. Mend the file or raise the share; the rows "
        "are in table quarantine, and no other table was changed."
    )
