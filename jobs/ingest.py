"""Raw files to checked tables.

Reads: the files of the config's `data` section; its own items, whose numbers last.
Writes: quarantine (per rejected row), items (one row per item), ratings (per user and item),
user_history (per user).
"""

from dataclasses import dataclass
from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.data.files import fingerprint, input_path, read_raw
from colike.data.history import user_history
from colike.data.items import check_items, synopses, with_descriptions, with_index
from colike.data.quality import Verdict, judge
from colike.data.ratings import checked_ratings, mark_ratings, survey, unique_ratings
from colike.run.inputs import Inputs
from colike.run.main import job_main
from colike.run.outputs import Outputs
from colike.run.settings import Settings
from colike.run.stage import Stage
from colike.tables.writes import Write, merge, replace

QUARANTINE = "quarantine"


@dataclass(frozen=True)
class Accepted:
    """The valid rows of a file, the rejected ones, and the verdict on both."""

    valid: DataFrame
    rejected: DataFrame
    verdict: Verdict


def run(inputs: Inputs, settings: Settings) -> Outputs:
    """Read and check the files, and return the tables that they make."""
    items = _items(inputs, settings)
    if items.verdict.failure is not None:
        return _refused(inputs, items)
    ratings = _ratings(inputs, settings, items.valid)
    if ratings.verdict.failure is not None:
        return _refused(inputs, items, ratings)
    table = inputs.cached(_items_table(inputs, settings, items.valid))
    history = user_history(ratings.valid, table, settings.likes.at_least)
    cut = table.agg(F.avg(F.col(C.SYNOPSIS_CUT).cast("double"))).collect()[0][0]
    return Outputs(
        writes=[
            *_quarantined(inputs, items, ratings),
            merge("items", table),
            merge("ratings", ratings.valid),
            merge("user_history", history),
        ],
        figures={"synopses_cut": (cut, "share of items")},
        notes=[*items.verdict.notes, *ratings.verdict.notes],
    )


def _items(inputs: Inputs, settings: Settings) -> Accepted:
    data, file = settings.data, settings.data.items
    path = input_path(inputs.data, file.path)
    columns = [file.columns.item_id, file.columns.title, *file.attributes]
    raw = read_raw(inputs.spark, path, file.format, columns, multiline=True)
    checked = check_items(raw, file, data.item_id_type)
    rejected = inputs.cached(checked.rejected)
    verdict = judge(path, raw.count(), rejected, data.max_rejected_share)
    return Accepted(inputs.cached(checked.valid), rejected, verdict)


def _ratings(inputs: Inputs, settings: Settings, items: DataFrame) -> Accepted:
    data, file = settings.data, settings.data.ratings
    path = input_path(inputs.data, file.path)
    columns = list(file.columns.model_dump().values())
    raw = read_raw(inputs.spark, path, file.format, columns, multiline=False)
    marked = mark_ratings(raw, items, data)
    seen = survey(marked)
    unique = inputs.cached(unique_ratings(marked, seen, settings.split))
    checked = checked_ratings(marked, seen, unique)
    rejected = inputs.cached(checked.rejected)
    verdict = judge(path, seen.rows, rejected, data.max_rejected_share)
    return Accepted(checked.valid, rejected, verdict)


def _items_table(inputs: Inputs, settings: Settings, valid: DataFrame) -> DataFrame:
    """Numbered items with synopsis and description."""
    texts = _synopses(inputs, settings)
    if texts is None:
        joined = valid.withColumn(C.SYNOPSIS, F.lit(None).cast("string"))
    else:
        joined = valid.join(texts, on=C.ITEM_ID, how="left")
    numbered = with_index(joined, inputs.own("items"))
    return with_descriptions(numbered, settings.descriptions, settings.data.items.attributes)


def _synopses(inputs: Inputs, settings: Settings) -> DataFrame | None:
    file, id_type = settings.data.synopses, settings.data.item_id_type
    if file is None:
        return None
    path = input_path(inputs.data, file.path)
    columns = list(file.columns.model_dump().values())
    raw = read_raw(inputs.spark, path, file.format, columns, multiline=True)
    return synopses(raw, file, id_type)


def _refused(inputs: Inputs, *files: Accepted) -> Outputs:
    """Nothing but the rejected rows, for the user to look at."""
    notes = [note for file in files for note in file.verdict.notes]
    return Outputs(_quarantined(inputs, *files), notes=notes, failure=files[-1].verdict.failure)


def _quarantined(inputs: Inputs, *files: Accepted) -> list[Write]:
    """The run's rejected rows, in place of those of an earlier try of it."""
    mine = {C.RUN_ID: [inputs.run_id]}
    if any(file.verdict.rejected for file in files):
        rejected = reduce(DataFrame.unionByName, (file.rejected for file in files))
        return [replace(QUARANTINE, rejected, mine)]
    if inputs.own(QUARANTINE).where(F.col(C.RUN_ID) == inputs.run_id).isEmpty():
        return []
    return [replace(QUARANTINE, inputs.nothing(QUARANTINE), mine)]


def _files(inputs: Inputs, settings: Settings) -> str:
    data = settings.data
    files = [data.ratings.path, data.items.path]
    files += [] if data.synopses is None else [data.synopses.path]
    return fingerprint(inputs.spark, [input_path(inputs.data, path) for path in files])


STAGE = Stage(
    name="ingest",
    reads=(),
    writes=(QUARANTINE, "items", "ratings", "user_history"),
    sections=("data", "likes", "split", "descriptions"),
    run=run,
    continues=("items", QUARANTINE),
    fingerprint=_files,
)
main = job_main(STAGE)

if __name__ == "__main__":
    main()
