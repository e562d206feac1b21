"""Rejected rows go to quarantine; too many of them stop the job before a table changes."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.data.ratings import Checked
from colike.errors import QualityError
from colike.run.stage import Job

EXAMPLE_LENGTH = 200


def accept(job: Job, path: str, total: int, checked: Checked) -> DataFrame:
    """Return the valid rows of a file, after its rejected ones went to quarantine.

    Args:
        job: The running job.
        path: The file, for the message.
        total: Rows of the file.
        checked: What the checks made of them.

    Raises:
        QualityError: More than `data.max_rejected_share` of the rows were rejected.
    """
    rejected = checked.rejected.cache()
    grouped = rejected.groupBy(C.REASON).agg(
        F.count(F.lit(1)).alias("rows"), F.min(C.ROW).alias("example")
    )
    reasons = grouped.orderBy(F.desc("rows"), C.REASON).collect()
    count = sum(int(row["rows"]) for row in reasons)
    if count:
        job.writer.append("quarantine", rejected)
        job.note(f"{count:,} of {total:,} rows of {path} went to quarantine")
    rejected.unpersist()
    limit = job.config.data.max_rejected_share
    if count > limit * total:
        worst = reasons[0]
        named = ", ".join(f"{row['rows']:,} {row[C.REASON]}" for row in reasons)
        raise QualityError(
            f"{path}: {count:,} of {total:,} rows were rejected ({named}), more than "
            f"data.max_rejected_share = {limit:g} allows; one is {worst[C.REASON]}: "
            f"{worst['example'][:EXAMPLE_LENGTH]}. Mend the file or raise the share; the rows "
            "are in table quarantine, and no other table was changed."
        )
    return checked.valid
