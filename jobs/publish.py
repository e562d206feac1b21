"""The champion's lists and neighbours for analysts, the views, and the report.

Reads: evaluation, recommendations, item_neighbours, models.
Writes: published_recommendations (one row per run, user and rank), published_neighbours (per
run, item and rank), champion_moves (per move; the last row is what views follow).
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.publish.champion import Champion, choose_champion
from colike.publish.report.build import build_report
from colike.run.chain import job_main
from colike.run.stage import Job, Stage
from colike.tables.location import CatalogLocation
from colike.tables.views import create_views

TABLES = ("published_recommendations", "published_neighbours")


def transform(frame: DataFrame, source: str) -> DataFrame:
    """Return a source's rows of recommendations (history all) or of item_neighbours."""
    mine = frame.where(F.col(C.SOURCE) == source)
    if C.HISTORY in frame.columns:
        mine = mine.where(F.col(C.HISTORY) == "all").drop(C.HISTORY)
    return mine.drop(C.RUN_ID)


def execute(job: Job) -> None:
    """Write the champion's rows, then move the pointer: until then no view changes."""
    last = F.col(C.RUN_ID) == F.lit(job.log.last_run_of("evaluate"))
    champion = choose_champion(job.read("evaluation").where(last), job.config.publish)
    own = f"{C.RUN_ID} = '{job.log.run_id}'"
    for table, source in zip(TABLES, ("recommendations", "item_neighbours"), strict=True):
        job.writer.replace(table, transform(job.read(source), champion.source), own)
    job.writer.append("champion_moves", _move(job, champion))
    job.note(f"champion is {champion.source}: {champion.reason}")
    if isinstance(job.store.location, CatalogLocation):
        create_views(job.store)
    report = job.store.files / "reports" / f"{job.log.run_id}.html"
    build_report(job.store, report, job.config.publish.report_users)
    job.note(f"report written to {report}")


def _move(job: Job, champion: Champion) -> DataFrame:
    models = job.reader.read_or_empty("models").where(F.col(C.NAME) == champion.source)
    rows = models.orderBy(F.desc("created_at")).limit(1).select(C.MODEL_ID).collect()
    move = {
        "source": champion.source,
        "model_id": rows[0][0] if rows else None,
        "reason": champion.reason,
        "by": "job publish",
        "at": datetime.now(UTC),
    }
    return job.store.frame("champion_moves", [move])


STAGE = Stage(
    name="publish",
    reads=("evaluation", "recommendations", "item_neighbours", "models"),
    writes=(*TABLES, "champion_moves"),
    config_sections=("publish",),
    execute=execute,
)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the job from the command line."""
    job_main(STAGE, argv)


if __name__ == "__main__":
    main()
