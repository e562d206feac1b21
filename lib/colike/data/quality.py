"""Rejected rows go to quarantine; too many of them stop the job before another table changes."""

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import Row as SparkRow
from pyspark.sql import functions as F

from colike import columns as C
from colike.data.reading.frames import REJECTED
from colike.errors import QualityError

EXAMPLE_LENGTH = 200
#: What mends most files with rows that were rejected for a reason.
REMEDIES = {
    "wrong_encoding": "Set the file's `encoding`, such as latin-1 or cp1252.",
    "wrong_number_of_fields": (
        "Check the file's `separator` and `quote`; fields with a separator inside need quotes."
    ),
    "unclosed_quote": (
        "Set the file's `multiline: true` if quoted fields go over lines, or `quote: null` if "
        "quotes mean nothing."
    ),
    "rows_in_quotes": (
        "Set the file's `multiline: false` if a quote is missing, `multiline: true` if the lines "
        "are part of a quoted text."
    ),
    "bad_user_id": "If ids are not whole numbers, set data.user_id_type: string.",
    "bad_item_id": "If ids are not whole numbers, set data.item_id_type: string.",
    "rating_out_of_scale": (
        "Mend data.ratings.scale_min and scale_max, or list marks of `seen, not rated` in "
        "data.ratings.unrated."
    ),
    "rating_not_a_number": (
        "List marks of `seen, not rated` in data.ratings.unrated (null is an empty field)."
    ),
    "duplicate": "If users rate again, say in data.ratings.duplicates which rating counts.",
    "unknown_item": (
        "Check that both files have the same ids, or give this file its own `max_rejected_share`."
    ),
    "bad_time": "Times are numbers or ISO 8601.",
}


@dataclass(frozen=True)
class Checked:
    """Rows of a file that passed, and the others: `reason`, `row` (JSON), `file`, `line`."""

    valid: DataFrame
    rejected: DataFrame

    @staticmethod
    def of(marked: DataFrame, *columns: str) -> "Checked":
        """Return rows told apart by their `reason`, which those that pass do not have.

        Args:
            marked: The rows; both sides read it, so it is best cached.
            columns: The columns of those that pass.
        """
        passes = F.col(C.REASON).isNull()
        rejected = marked.where(~passes).select(*REJECTED.names)
        return Checked(marked.where(passes).select(*columns), rejected)


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
        rejected: Its rejected rows, with `reason`, `row`, `file` and `line`.
        largest_share: Share of the rows that may be rejected.
    """
    example = F.min(F.struct(C.FILE, C.LINE, C.ROW)).alias("example")
    grouped = rejected.groupBy(C.REASON).agg(F.count(F.lit(1)).alias(C.ROWS), example)
    reasons = grouped.orderBy(F.desc(C.ROWS), C.REASON).collect()
    count = sum(int(row[C.ROWS]) for row in reasons)
    if not count:
        return Verdict(0)
    named = ", ".join(f"{row[C.ROWS]:,} {row[C.REASON]}" for row in reasons)
    note = f"{count:,} of {total:,} rows of {path} went to quarantine ({named})"
    failure = None
    if count > largest_share * total:
        failure = QualityError(_too_many(path, count, total, named, reasons[0], largest_share))
    return Verdict(count, [note], failure)


def _too_many(
    path: str, count: int, total: int, named: str, worst: SparkRow, largest_share: float
) -> str:
    example = worst["example"]
    where = "" if not example[C.LINE] else f" in line {example[C.LINE]} of {example[C.FILE]}"
    remedy = REMEDIES.get(worst[C.REASON], "")
    return (
        f"{path}: {count:,} of {total:,} rows were rejected ({named}), more than "
        f"max_rejected_share = {largest_share:g} allows; one is {worst[C.REASON]}{where}: "
        f"{example[C.ROW][:EXAMPLE_LENGTH]}. {remedy} Or mend the file or raise the share; the "
        "rows are in table quarantine, and no other table was changed."
    )
