"""Raw files to checked tables.

Reads: the files of the config's `data` section.
Writes: items (one row per item), ratings (per user and item), user_history (per user),
quarantine (per rejected row).
"""

from collections.abc import Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.config import Config
from colike.data.files import fingerprint, input_path, read_raw
from colike.data.history import user_history
from colike.data.items import check_items, synopses, with_descriptions, with_index
from colike.data.quality import accept
from colike.data.ratings import check_ratings, mark_ratings, survey
from colike.run.chain import job_main
from colike.run.stage import Job, Run, Stage


def transform_items(
    items: DataFrame, texts: DataFrame | None, known: DataFrame, config: Config
) -> DataFrame:
    """Return the items table: numbered, with synopsis and description."""
    if texts is None:
        joined = items.withColumn(C.SYNOPSIS, F.lit(None).cast("string"))
    else:
        joined = items.join(texts, on=C.ITEM_ID, how="left")
    return with_descriptions(with_index(joined, known), config)


def execute(job: Job) -> None:
    """Read the files, check them, and make the tables equal to them."""
    config = job.config
    items = _valid_items(job)
    valid = _valid_ratings(job, items)
    known = job.store.read("items") if job.store.exists("items") else job.store.empty("items")
    job.writer.merge("items", transform_items(items, _texts(job), known, config))
    job.writer.merge("ratings", valid)
    table = job.store.read("items")
    job.writer.merge("user_history", user_history(valid, table, config.likes.at_least))
    cut = table.agg(F.avg(F.col("synopsis_cut").cast("double"))).collect()[0][0]
    job.measure("synopses_cut", cut, "share of items")
    valid.sparkSession.catalog.clearCache()


def _valid_items(job: Job) -> DataFrame:
    file, id_type = job.config.data.items, job.config.data.item_id_type
    path = input_path(job.data, file.path)
    columns = [file.columns.item_id, file.columns.title, *file.attributes]
    raw = read_raw(job.store.spark, path, file.format, columns, multiline=True)
    return accept(job, path, raw.count(), check_items(raw, file, id_type)).cache()


def _valid_ratings(job: Job, items: DataFrame) -> DataFrame:
    file = job.config.data.ratings
    path = input_path(job.data, file.path)
    columns = list(file.columns.model_dump().values())
    raw = read_raw(job.store.spark, path, file.format, columns, multiline=False)
    marked = mark_ratings(raw, items, job.config.data)
    seen = survey(marked)
    return accept(job, path, seen.rows, check_ratings(marked, seen, job.config.split))


def _texts(job: Job) -> DataFrame | None:
    file, id_type = job.config.data.synopses, job.config.data.item_id_type
    if file is None:
        return None
    path = input_path(job.data, file.path)
    columns = list(file.columns.model_dump().values())
    raw = read_raw(job.store.spark, path, file.format, columns, multiline=True)
    return synopses(raw, file, id_type)


def _fingerprint(run: Run) -> str:
    data = run.config.data
    files = [data.ratings.path, data.items.path]
    files += [] if data.synopses is None else [data.synopses.path]
    return fingerprint(run.store.spark, [input_path(run.data, path) for path in files])


STAGE = Stage(
    name="ingest",
    reads=(),
    writes=("items", "ratings", "user_history", "quarantine"),
    config_sections=("data", "likes", "split", "descriptions"),
    execute=execute,
    fingerprint=_fingerprint,
)


def main(argv: Sequence[str] | None = None) -> None:
    """Run the job from the command line."""
    job_main(STAGE, argv)


if __name__ == "__main__":
    main()
