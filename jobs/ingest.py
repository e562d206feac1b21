"""Raw files to checked tables.

Reads: the files of the config's `data` section; forgotten, whose users are left out; its own
items, whose numbers last.
Writes: quarantine (per rejected row), items (one row per item), ratings (per user and item),
user_history (per user).
"""

from dataclasses import dataclass
from functools import reduce

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.config.form import File
from colike.data.descriptions import renderer
from colike.data.forgotten import FORGOTTEN, Forgotten
from colike.data.ids import item_ids
from colike.data.items import (
    check_items,
    check_synopses,
    read_items,
    read_synopses,
    with_descriptions,
    with_index,
)
from colike.data.packed import packed_bytes
from colike.data.packed_frames import Split, further_copies, rating_rows, user_history
from colike.data.quality import Checked, Verdict, judge
from colike.data.rating_frames import count, read_ratings, survey, unique_ratings
from colike.data.ratings import RatingRules
from colike.data.reading.files import fingerprint, input_path
from colike.data.reading.frames import REJECTED, largest_file, require_rows
from colike.errors import QualityError
from colike.run.inputs import Inputs
from colike.run.main import job_main
from colike.run.outputs import Figure, Outputs
from colike.run.settings import Settings
from colike.run.stage import Stage
from colike.spark import arrow_batches
from colike.tables.writes import Write, keep, merge, replace

QUARANTINE = "quarantine"


@dataclass(frozen=True)
class Accepted:
    """The valid rows of a file, the rejected ones with their table, and the verdict on both."""

    valid: DataFrame
    rejected: DataFrame
    verdict: Verdict


@dataclass(frozen=True)
class Ratings:
    """The rating file: packed ratings by user, how they are split, and what was counted."""

    accepted: Accepted
    split: Split
    figures: dict[str, Figure]


def run(inputs: Inputs, settings: Settings) -> Outputs:
    """Read and check the files, and return the tables that they make."""
    items = _items(inputs, settings)
    if items.verdict.failure is not None:
        return _refused(inputs, settings, items)
    files = [items]
    texts = _synopses(inputs, settings, items.valid)
    if texts is not None:
        files.append(texts)
        if texts.verdict.failure is not None:
            return _refused(inputs, settings, *files)
    table = inputs.cached(_items_table(inputs, settings, items.valid, texts))
    ratings = _ratings(inputs, settings, table)
    files.append(ratings.accepted)
    if ratings.accepted.verdict.failure is not None:
        return _refused(inputs, settings, *files)
    unique, split = ratings.accepted.valid, ratings.split
    cut = table.agg(F.avg(F.col(C.SYNOPSIS_CUT).cast("double"))).collect()[0][0]
    return Outputs(
        writes=[
            *_quarantined(inputs, settings, *files),
            merge("items", table),
            merge("ratings", rating_rows(unique, split, settings.data.item_id_type)),
            merge("user_history", user_history(unique, split, settings.likes)),
        ],
        figures={"synopses_cut": (cut, "share of items"), **ratings.figures},
        notes=[note for file in files for note in file.verdict.notes],
    )


def _items(inputs: Inputs, settings: Settings) -> Accepted:
    data = settings.data
    path = input_path(inputs.data, data.items.path)
    items = read_items(inputs.spark, path, data.items, data.item_id_type)
    raw, rows = _read(inputs, path, data.items, items)
    checked = check_items(raw, data.items, inputs.cached)
    return _verdict(settings, data.items, path, rows, checked)


def _synopses(inputs: Inputs, settings: Settings, items: DataFrame) -> Accepted | None:
    data = settings.data
    if data.synopses is None:
        return None
    path = input_path(inputs.data, data.synopses.path)
    texts = read_synopses(inputs.spark, path, data.synopses, data.item_id_type)
    raw, rows = _read(inputs, path, data.synopses, texts)
    checked = check_synopses(raw, data.synopses, items, inputs.cached)
    return _verdict(settings, data.synopses, path, rows, checked)


def _ratings(inputs: Inputs, settings: Settings, items: DataFrame) -> Ratings:
    data = settings.data
    forgotten = Forgotten.of(inputs.read_or_empty(FORGOTTEN))
    rules = RatingRules(data, settings.likes.at_least, forgotten)
    known = pa.array(item_ids(items))
    path = input_path(inputs.data, data.ratings.path)
    told, _ = _read(inputs, path, data.ratings, read_ratings(inputs.spark, path, rules, known))
    inputs.during(arrow_batches(inputs.spark, packed_bytes(len(known))))
    seen = survey(told)
    unique = inputs.cached(unique_ratings(told, data.ratings.duplicates))
    found = count(unique, settings.likes.at_least)
    split = Split(settings.split, found.users, known)
    copies = seen.rows - seen.rejected - found.pairs
    rejected = told.where(F.col(C.REASON).isNotNull() if seen.rejected else F.lit(False))
    rejected = rejected.select(*REJECTED.names)
    if copies and rules.rejects_copies:
        rejected = rejected.unionByName(further_copies(unique, split, data.item_id_type))
    checked = Checked(unique, inputs.cached(rejected))
    accepted = _verdict(settings, data.ratings, path, seen.rows, checked)
    if found.pairs and not found.likes and accepted.verdict.failure is None:
        raise QualityError(
            f"{path}: none of {found.pairs:,} ratings is a like, since likes.at_least = "
            f"{settings.likes.at_least:g} and the highest rating is {found.highest:g}; set `likes` "
            "for the scale of these ratings. No table was changed."
        )
    figures: dict[str, Figure] = {
        "rows_read": (seen.rows, "rows"),
        "rows_repeated": (0 if rules.rejects_copies else copies, "rows"),
        "likes": (found.likes, "ratings"),
    }
    return Ratings(accepted, split, figures)


def _read(inputs: Inputs, path: str, file: File, frame: DataFrame) -> tuple[DataFrame, int]:
    """Read a file once, and count the frame; where Spark opens it, each file is a batch."""
    read = inputs.cached(frame)
    with arrow_batches(inputs.spark, largest_file(inputs.spark, path, file)):
        return read, read.count()


def _verdict(settings: Settings, file: File, path: str, rows: int, checked: Checked) -> Accepted:
    share = file.max_rejected_share
    if share is None:
        share = settings.data.max_rejected_share
    require_rows(rows, path)
    verdict = judge(path, rows, checked.rejected, share)
    table = "ratings" if file is settings.data.ratings else "items"
    rejected = checked.rejected.withColumn(C.TABLE, F.lit(table))
    return Accepted(checked.valid, rejected, verdict)


def _items_table(
    inputs: Inputs, settings: Settings, valid: DataFrame, texts: Accepted | None
) -> DataFrame:
    """Numbered items with synopsis and description."""
    if texts is None:
        joined = valid.withColumn(C.SYNOPSIS, F.lit(None).cast("string"))
    else:
        joined = valid.join(texts.valid, on=C.ITEM_ID, how="left")
    numbered = with_index(joined, inputs.own("items"))
    attributes = list(settings.data.items.attribute_columns)
    return with_descriptions(numbered, settings.descriptions, attributes)


def _refused(inputs: Inputs, settings: Settings, *files: Accepted) -> Outputs:
    """Nothing but the rejected rows, for the user to look at."""
    notes = [note for file in files for note in file.verdict.notes]
    return Outputs(
        _quarantined(inputs, settings, *files), notes=notes, failure=files[-1].verdict.failure
    )


def _quarantined(inputs: Inputs, settings: Settings, *files: Accepted) -> list[Write]:
    """The run's rejected rows, in place of those of an earlier try of it and of old runs.

    The table is there before the first bad row: analysts ask for it.
    """
    mine = inputs.of_this_run(settings.data.keep_rejected_runs)
    if any(file.verdict.rejected for file in files):
        rejected = reduce(DataFrame.unionByName, (file.rejected for file in files))
        return [replace(QUARANTINE, rejected, mine)]
    if inputs.own(QUARANTINE).where(F.col(C.RUN_ID) == inputs.run_id).isEmpty():
        return [keep(QUARANTINE)]
    return [replace(QUARANTINE, inputs.nothing(QUARANTINE), mine)]


def _files(inputs: Inputs, settings: Settings) -> str:
    data = settings.data
    files: list[File] = [data.ratings, data.items]
    files += [] if data.synopses is None else [data.synopses]
    return fingerprint(inputs.spark, [input_path(inputs.data, file.path) for file in files])


def _check(settings: Settings) -> None:
    """Refuse a template that cannot be read, before any file is."""
    descriptions = settings.descriptions
    attributes = list(settings.data.items.attribute_columns)
    renderer(descriptions.template, attributes, descriptions.max_synopsis_words)


STAGE = Stage(
    name="ingest",
    reads=(FORGOTTEN,),
    writes=(QUARANTINE, "items", "ratings", "user_history"),
    sections=("data", "likes", "split", "descriptions"),
    run=run,
    continues=("items", QUARANTINE),
    fingerprint=_files,
    check=_check,
)
main = job_main(STAGE)

if __name__ == "__main__":
    main()
