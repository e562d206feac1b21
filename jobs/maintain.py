"""Housekeeping: keeps the last published runs, models, reports and events; compacts and vacuums.

Reads: all tables but the logs.
Writes: the published tables without the rows of old runs; all tables with fewer files, in which no
row changes.
"""

from collections.abc import Sequence

from pyspark.sql import Window
from pyspark.sql import functions as F

from colike import columns as C
from colike.launch.folders import remove_old
from colike.publish.published import PUBLISHED
from colike.publish.report.kept import remove_reports
from colike.run.inputs import Inputs
from colike.run.main import job_main
from colike.run.outputs import Outputs
from colike.run.settings import Settings
from colike.run.stage import Stage
from colike.tables import contracts
from colike.tables.writes import Write, optimize, trim, vacuum

LOGS = ("runs", "champion_moves")
READS = tuple(sorted(set(contracts()) - {"runs", *PUBLISHED}))


def run(inputs: Inputs, settings: Settings) -> Outputs:
    """Keep the runs that the newest champion moves name, then compact and vacuum."""
    hours, published = settings.maintain.vacuum_hours, _published(inputs, settings)
    removed = remove_old(inputs.files, _kept_models(inputs, settings), hours)
    reports = remove_reports(inputs.files, settings.maintain.keep_runs, published)
    return Outputs(
        writes=[
            *_kept_runs(published),
            *(optimize(table) for table in LOGS),
            *(vacuum(table, hours) for table in contracts()),
        ],
        figures={"removed": (len(removed), "folders"), "reports_removed": (len(reports), "files")},
        keep_log=settings.maintain.keep_runs,
    )


def _published(inputs: Inputs, settings: Settings) -> list[str]:
    """The runs that the newest champion moves name."""
    moves = inputs.read_or_empty("champion_moves").orderBy(F.desc(C.AT))
    newest = moves.limit(settings.publish.keep_runs).select(C.RUN_ID).collect()
    return sorted({row[C.RUN_ID] for row in newest})


def _kept_runs(published: Sequence[str]) -> list[Write]:
    """Without a champion move nothing is known to be old, and so nothing is deleted."""
    return [trim(table, {C.RUN_ID: published}) for table in PUBLISHED] if published else []


def _kept_models(inputs: Inputs, settings: Settings) -> list[str]:
    """The output folders of the newest models of each name."""
    newest = Window.partitionBy(C.NAME).orderBy(F.desc(C.CREATED_AT))
    placed = inputs.read_or_empty("models").withColumn("place", F.row_number().over(newest))
    kept = placed.where(F.col("place") <= settings.maintain.keep_models)
    return [row[C.URI].rpartition("/")[0] for row in kept.select(C.URI).collect()]


STAGE = Stage(
    name="maintain",
    reads=READS,
    writes=PUBLISHED,
    sections=("maintain", "publish"),
    run=run,
)
main = job_main(STAGE)

if __name__ == "__main__":
    main()
