"""Housekeeping: keeps the last published runs and models, compacts log tables, removes old files.

Reads: all tables.
Writes: nothing but smaller tables (no grain changes).
"""

from collections.abc import Sequence
from pathlib import Path

from pyspark.sql import Window
from pyspark.sql import functions as F

from colike import columns as C
from colike.launch.folders import remove_old
from colike.run.chain import job_main
from colike.run.stage import Job, Stage
from colike.tables import contracts
from colike.tables.maintenance import keep_runs, optimize, vacuum

PUBLISHED = ("published_recommendations", "published_neighbours")
LOGS = ("runs", "run_metrics", "champion_moves")
READS = tuple(sorted(set(contracts()) - {*LOGS, *PUBLISHED}))


def execute(job: Job) -> None:
    """Keep the runs that the newest champion moves name, then compact and vacuum."""
    store = job.store
    if store.exists("champion_moves"):
        moves = store.read("champion_moves").orderBy(F.desc("at"))
        newest = moves.limit(job.config.publish.keep_runs).select(C.RUN_ID).collect()
        for table in PUBLISHED:
            keep_runs(store, table, [row[0] for row in newest])
    hours = job.config.maintain.vacuum_hours
    removed = remove_old(store.files, _kept_models(job), hours)
    for table in LOGS:
        if store.exists(table):
            optimize(store, table)
    vacuumed = [name for name in contracts() if store.exists(name) and vacuum(store, name, hours)]
    job.measure("vacuumed", len(vacuumed), "tables")
    job.measure("removed", len(removed), "folders")


def _kept_models(job: Job) -> list[Path]:
    """The output folders of the newest models of each name."""
    if not job.store.exists("models"):
        return []
    newest = Window.partitionBy(C.NAME).orderBy(F.desc("created_at"))
    placed = job.store.read("models").withColumn("place", F.row_number().over(newest))
    kept = placed.where(F.col("place") <= job.config.maintain.keep_models)
    return [Path(row["uri"]).parent for row in kept.collect()]


STAGE = Stage(
    name="maintain",
    reads=READS,
    writes=(),
    config_sections=("maintain", "publish"),
    execute=execute,
)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the job from the command line."""
    job_main(STAGE, argv)


if __name__ == "__main__":
    main()
