"""What makes a row a rating: ids, scale, known items; what fails gets a reason."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from colike import columns as C
from colike.compute.arrays import Bools, Doubles, Floats, Longs
from colike.config.files import DataConfig, IdType, RatingsFile
from colike.data.forgotten import Forgotten
from colike.data.packed import Loose
from colike.data.reading.rows import Columns, Rows
from colike.data.values import ids_of, ratings_of, times_of

TIME = "time"


@dataclass(frozen=True)
class RatingRules:
    """What makes a row a rating: the file's columns and scale, and the ids' types.

    `event` is the rating that stands for an event where the file has no ratings. The rows of
    `forgotten` users are as if they were not there.
    """

    data: DataConfig
    event: float
    forgotten: Forgotten | None = None

    @property
    def file(self) -> RatingsFile:
        """The rating file."""
        return self.data.ratings

    @property
    def columns(self) -> Columns:
        """The columns that are read."""
        names = self.file.columns
        columns = {C.USER_ID: names.user_id, C.ITEM_ID: names.item_id}
        if names.rating is not None:
            columns[C.RATING] = names.rating
        if self.file.duplicates == "latest" and names.time is not None:
            columns[TIME] = names.time
        return columns

    @property
    def types(self) -> Mapping[str, pa.DataType]:
        """The types in which columns of text are read fastest."""
        ids = {C.USER_ID: self.data.user_id_type, C.ITEM_ID: self.data.item_id_type}
        types = {key: pa.int64() for key, kind in ids.items() if kind == "bigint"}
        return types if self._marks else {**types, C.RATING: pa.float32()}

    @property
    def rejects_copies(self) -> bool:
        """Whether further ratings of a pair are mistakes: nobody said which one counts."""
        return self.file.duplicates is None and self.file.columns.rating is not None

    @property
    def _marks(self) -> list[str | None]:
        """Marks of "seen, no opinion" that are no numbers; None is an empty field, or NaN."""
        return [mark for mark in self.file.unrated if not isinstance(mark, float)]

    def is_unrated(self, values: pa.Array, ratings: Floats) -> Bools:
        """Return which values are marks of "seen, no opinion"."""
        numbers = [mark for mark in self.file.unrated if isinstance(mark, float)]
        found = np.isin(ratings, np.array(numbers, np.float32))
        if self._marks and pa.types.is_string(values.type):
            texts = pc.fill_null(pc.utf8_trim_whitespace(values), "")
            marks = pa.array([mark or "" for mark in self._marks], pa.string())
            found |= pc.is_in(texts, marks).to_numpy(zero_copy_only=False)
        if None in self._marks:
            found |= values.is_null(nan_is_null=True).to_numpy(zero_copy_only=False)
        return found


@dataclass(frozen=True)
class Sorted:
    """Rows of a file told apart: ratings, and places of rejected rows with their reasons."""

    ratings: Loose
    places: Longs
    reasons: list[str]


def without_forgotten(name: str, rows: Rows, rules: RatingRules) -> Rows:
    """Return rows of a file without those of forgotten users."""
    if rules.forgotten is None or not rules.forgotten.hashes:
        return rows
    users = _ids(name, rows.table, rules, C.USER_ID, rules.data.user_id_type)
    return rules.forgotten.left_out(rows, users)


def sort_out(name: str, rows: Rows, rules: RatingRules, item_ids: pa.Array) -> Sorted:
    """Tell rows that are ratings from the others.

    The reasons are `bad_user_id`, `bad_item_id`, `rating_not_a_number`, `rating_out_of_scale`,
    `bad_time` and `unknown_item`; the first of them that holds is given.

    Args:
        name: The file, for messages.
        rows: Rows of it.
        rules: What makes a row a rating.
        item_ids: The known items, by item_idx.

    Raises:
        SchemaError: A column's type cannot hold what it should.
    """
    table = rows.table
    users = _ids(name, table, rules, C.USER_ID, rules.data.user_id_type)
    items = _ids(name, table, rules, C.ITEM_ID, rules.data.item_id_type)
    index = pc.index_in(items, value_set=item_ids)
    ratings, unrated = _ratings(name, table, rules)
    times = _times(name, table, rules)
    lowest, highest = np.float32(rules.file.lowest), np.float32(rules.file.highest)
    tests = [
        ("bad_user_id", _is_null(users)),
        ("bad_item_id", _is_null(items)),
        ("rating_not_a_number", np.isnan(ratings) & ~unrated),
        ("rating_out_of_scale", ((ratings < lowest) | (ratings > highest)) & ~unrated),
        *([] if times is None else [("bad_time", np.isnan(times))]),
        ("unknown_item", _is_null(index)),
    ]
    reason = np.full(table.num_rows, -1, np.int8)
    for place, (_, fails) in reversed(list(enumerate(tests))):
        reason[fails] = place
    good = reason < 0
    at = np.flatnonzero(~good)
    mine = pa.array(good)
    everything = bool(good.all())
    loose = Loose(
        users if everything else users.filter(mine),
        pc.fill_null(index, 0).to_numpy(zero_copy_only=False)[good].astype(np.int32),
        np.where(unrated, np.float32(np.nan), ratings)[good],
        None if times is None else times[good],
    )
    return Sorted(loose, at, [tests[place][0] for place in reason[at]])


def joined(parts: list[Loose]) -> Loose:
    """Return several ratings as one."""
    times = [part.times for part in parts if part.times is not None]
    return Loose(
        pa.concat_arrays([part.users for part in parts]),
        np.concatenate([part.items for part in parts]),
        np.concatenate([part.ratings for part in parts]),
        np.concatenate(times) if times else None,
    )


def _called(name: str, rules: RatingRules, key: str) -> str:
    return f"column {rules.columns[key]} of {name}"


def _ids(name: str, table: pa.Table, rules: RatingRules, key: str, kind: IdType) -> pa.Array:
    return ids_of(table.column(key), kind, _called(name, rules, key))


def _ratings(name: str, table: pa.Table, rules: RatingRules) -> tuple[Floats, Bools]:
    if rules.file.columns.rating is None:
        rating = np.full(table.num_rows, rules.event, np.float32)
        return rating, np.zeros(table.num_rows, np.bool_)
    values = table.column(C.RATING)
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    ratings = ratings_of(values, _called(name, rules, C.RATING))
    return ratings, rules.is_unrated(values, ratings)


def _times(name: str, table: pa.Table, rules: RatingRules) -> Doubles | None:
    if TIME not in rules.columns:
        return None
    return times_of(table.column(TIME), _called(name, rules, TIME))


def _is_null(values: pa.Array) -> Bools:
    if not values.null_count:
        return np.zeros(len(values), np.bool_)
    found: Bools = values.is_null().to_numpy(zero_copy_only=False)
    return found
