"""Jobs that have become slow: the seconds of the last success against those of the ones before."""

from dataclasses import dataclass
from statistics import median

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from colike import columns as C
from colike.run.log import SECONDS, SUCCEEDED

COMPARED = 10
#: With fewer earlier runs nothing is usual.
LEAST = 3
SLOW = 2.0


@dataclass(frozen=True)
class Pace:
    """A job's last seconds, and the median of the ten runs before."""

    job: str
    last: float
    usual: float

    @property
    def is_slow(self) -> bool:
        """Whether the last run took at least twice as long as usual."""
        return self.last >= SLOW * self.usual


def paces(runs: DataFrame) -> list[Pace]:
    """Return the pace of each job that has succeeded often enough, by name.

    Args:
        runs: Rows of runs.
    """
    seconds = F.col(C.FIGURES)[SECONDS]
    done = runs.where((F.col(C.EVENT) == SUCCEEDED) & seconds.isNotNull())
    newest = Window.partitionBy(C.JOB).orderBy(F.desc(C.ENTRY))
    placed = done.select(C.JOB, seconds.alias(SECONDS), F.row_number().over(newest).alias(C.RANK))
    by_job: dict[str, list[float]] = {}
    for row in placed.where(F.col(C.RANK) <= COMPARED + 1).orderBy(C.JOB, C.RANK).collect():
        by_job.setdefault(row[C.JOB], []).append(row[SECONDS])
    return [
        Pace(job, last, median(before))
        for job, (last, *before) in by_job.items()
        if len(before) >= LEAST
    ]
