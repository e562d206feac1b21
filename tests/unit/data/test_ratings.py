"""Which rows are ratings, and what the others are rejected for."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from colike.config.files import DataConfig
from colike.data.packed import Loose, of_batch, pack, to_batch
from colike.data.ratings import RatingRules, joined, sort_out
from colike.data.reading.files import rows_of
from colike.data.reading.frames import rows_as_json
from colike.data.reading.streams import Source
from colike.errors import SchemaError

ITEMS = pa.array([1, 2, 3, 4])
# user, item and rating as the file has them; the reason it is rejected for (None: it is kept);
# and why the row exists.
ROWS = [
    ("1", "1", "9", None, "a plain rating"),
    ("1", "2", "1", None, "the lowest of the scale"),
    ("1", "3", "10", None, "the highest of the scale"),
    (" 2 ", " 1 ", " 8 ", None, "blanks around numbers, as spreadsheets leave them"),
    ("2", "2", "7.5", None, "a fraction within the scale"),
    ("02", "3.0", "+8", None, "a leading zero, a whole float, a plus"),
    ("3", "1", "abc", "rating_not_a_number", "a word"),
    ("3", "2", "", "rating_not_a_number", "no rating"),
    ("3", "3", "NaN", "rating_not_a_number", "what other programs write for no number"),
    ("3", "4", "9,5", "rating_not_a_number", "a decimal comma, quoted in the file"),
    ("3", "1", "Infinity", "rating_not_a_number", "no rating either"),
    ("3", "1", "0x9", "rating_not_a_number", "pyarrow alone reads hexadecimal numbers"),
    ("4", "1", "11", "rating_out_of_scale", "above the scale"),
    ("4", "2", "0", "rating_out_of_scale", "below the scale: MAL's `not rated`"),
    ("4", "3", "-9", "rating_out_of_scale", "a sign too much"),
    ("4", "4", "1e39", "rating_out_of_scale", "more than a float holds"),
    ("", "1", "9", "bad_user_id", "no user"),
    ("   ", "2", "9", "bad_user_id", "a user of blanks"),
    ("x7", "3", "9", "bad_user_id", "a word where ids are numbers"),
    ("0x7", "3", "9", "bad_user_id", "pyarrow alone reads hexadecimal numbers"),
    ("5", "", "9", "bad_item_id", "no item"),
    ("5", "99999999999999999999", "9", "bad_item_id", "an id beyond bigint"),
    ("5", "1.5", "9", "bad_item_id", "a fraction where ids are whole numbers"),
    ("5", "99", "9", "unknown_item", "an item that the item file lacks"),
    ("", "", "", "bad_user_id", "nothing but commas: the first reason counts"),
]


def rules(kind="bigint", event=9, **ratings):
    columns = {"user_id": "user", "item_id": "item", "rating": "rating"}
    ratings = {"columns": columns, "scale_min": 1, "scale_max": 10, **ratings}
    items = {
        "path": "-",
        "columns": {"item_id": "i", "title": "t"},
        "attributes": [],
        "missing": [],
        "leaking": [],
    }
    data = {
        "user_id_type": kind,
        "item_id_type": kind,
        "ratings": {"path": "-", **ratings},
        "items": items,
        "synopses": None,
        "max_rejected_share": 0,
    }
    return RatingRules(DataConfig.model_validate(data), event)


def csv_of(rows, header="user,item,rating"):
    quoted = (",".join(f'"{value}"' for value in row) for row in rows)
    return "\n".join([header, *quoted]).encode("utf-8")


def told(content, rules, items=ITEMS):
    """The ratings of a file (user, item, rating), and reasons with the rows as JSON."""
    kept, rejected = [], []
    for rows in rows_of(Source("file", content), rules.file, rules.columns, rules.types):
        found = sort_out("file", rows, rules, items)
        ids = items.take(pa.array(found.ratings.items)).to_pylist()
        kept += zip(
            found.ratings.users.to_pylist(), ids, found.ratings.ratings.tolist(), strict=True
        )
        texts = rows_as_json(rows.table, rules.columns, found.places)
        rejected += zip(found.reasons, map(json.loads, texts), strict=True)
        rejected += [(reason, text) for _, reason, text in rows.rejected]
    return kept, rejected


def test_every_row_is_kept_or_rejected_for_its_reason():
    kept, rejected = told(csv_of(row[:3] for row in ROWS), rules())
    good = [row[:3] for row in ROWS if row[3] is None]
    assert kept == [(int(u), int(float(i)), float(r)) for u, i, r in good]
    names = ("user", "item", "rating")
    assert rejected == [
        (reason, {name: text for name, text in zip(names, values, strict=True) if text})
        for *values, reason, _ in ROWS
        if reason
    ]


@pytest.mark.parametrize("bad", [row for row in ROWS if row[3]], ids=lambda row: row[4])
def test_a_chunk_without_other_faults_is_read_alike(bad):
    # Alone among good rows, a value may pass the quick way that reads numbers at once.
    content = "\n".join(["user,item,rating", "1,1,9", ",".join(bad[:3]), "2,2,8"]).encode()
    if "," in bad[2]:
        content = csv_of([("1", "1", "9"), bad[:3], ("2", "2", "8")])
    kept, rejected = told(content, rules())
    assert kept == [(1, 1, 9.0), (2, 2, 8.0)]
    assert [reason for reason, _ in rejected] == [bad[3]]


def test_ids_as_text_are_kept_as_they_are_without_the_blanks_around_them():
    rows = [(" Zoë ", "tt 01", "9"), ("007", "tt 01", "9"), ("7", "tt 01", "9"), ("", "tt 01", "9")]
    kept, rejected = told(csv_of(rows), rules("string"), pa.array(["tt 01"]))
    assert [user for user, _, _ in kept] == ["Zoë", "007", "7"]
    assert [reason for reason, _ in rejected] == ["bad_user_id"]


def test_rows_that_a_stray_quote_has_joined_are_no_id():
    content = b'user,item,rating\na,1,9\n"b,1,9\nc,1,9\nd",1,9\ne,1,9\n'
    kept, rejected = told(content, rules("string", multiline=True), pa.array(["1"]))
    assert [user for user, _, _ in kept] == ["a", "e"]
    assert [reason for reason, _ in rejected] == ["bad_user_id"]


def test_marks_of_no_opinion_are_seen_and_rated_by_nobody():
    rows = [("1", "1", "0"), ("1", "2", "-1"), ("1", "3", "NA"), ("1", "4", ""), ("2", "1", "9")]
    marked = rules(unrated=[0, -1, "NA", None])
    kept, rejected = told(csv_of(rows), marked)
    assert rejected == []
    assert [(user, item, np.isnan(rating)) for user, item, rating in kept] == [
        (1, 1, True),
        (1, 2, True),
        (1, 3, True),
        (1, 4, True),
        (2, 1, False),
    ]
    numbers = rules(unrated=[0])
    assert [reason for reason, _ in told(csv_of(rows), numbers)[1]] == [
        "rating_out_of_scale",
        "rating_not_a_number",
        "rating_not_a_number",
    ]


def test_an_empty_field_of_parquet_is_null_or_nan(tmp_path):
    rated = pa.array([np.nan, None, 9.0], pa.float64(), from_pandas=False)
    path = tmp_path / "ratings.parquet"
    pq.write_table(pa.table({"user": [1, 1, 1], "item": [1, 2, 3], "rating": rated}), path)
    kept, rejected = told(path.read_bytes(), rules(unrated=[None]))
    assert rejected == []
    assert [np.isnan(rating) for _, _, rating in kept] == [True, True, False]


def test_an_event_is_a_like():
    columns = {"user_id": "user", "item_id": "item", "rating": None}
    events = rules(event=4, columns=columns, scale_min=None, scale_max=None)
    kept, rejected = told(b"user,item,event\n1,1,view\n1,1,buy\n2,9,view\n", events)
    assert kept == [(1, 1, 4.0), (1, 1, 4.0)]
    assert [reason for reason, _ in rejected] == ["unknown_item"]


def test_thresholds_are_compared_as_decimals():
    # In 32 bits .7 is a little less than .7 in 64.
    kept, rejected = told(
        csv_of([("1", "1", "0.7"), ("1", "2", "0.1")]), rules(scale_min=0.1, scale_max=0.7)
    )
    assert len(kept) == 2
    assert rejected == []


@pytest.mark.parametrize(
    "values", [pa.array([True]), pa.array([18262], pa.date32()), pa.array([[1]])], ids=str
)
def test_a_column_of_another_type_is_one_sentence(tmp_path, values):
    table = pa.table({"user": [1], "item": [1], "rating": values})
    pq.write_table(table, tmp_path / "r.parquet")
    with pytest.raises(SchemaError, match=r"^column rating of file holds .*, which are no ratings"):
        told((tmp_path / "r.parquet").read_bytes(), rules())


def loose(rows):
    users, items, ratings, times = zip(*rows, strict=True)
    return Loose(
        pa.array(users),
        np.array(items, np.int32),
        np.array(ratings, np.float32),
        np.array(times, np.float64),
    )


NAN = float("nan")
# User, item, rating, time: of user b and item 5 there are four ratings and a mark.
REPEATED = [
    ("b", 5, 7.0, 2),
    ("a", 1, 3.0, 1),
    ("b", 5, 9.0, 1),
    ("b", 2, NAN, 1),
    ("b", 5, NAN, 9),
    ("b", 5, 8.0, 3),
    ("b", 5, 6.0, 3),
]


@pytest.mark.parametrize(
    ("policy", "rating"), [(None, 6.0), ("lowest", 6.0), ("highest", 9.0), ("latest", 6.0)]
)
def test_of_several_ratings_the_one_that_the_config_says_counts(policy, rating):
    packed = pack(loose(REPEATED), policy)
    found = {
        user: list(zip(packed.items[a:b].tolist(), packed.ratings[a:b].tolist(), strict=True))
        for user, a, b in zip(
            packed.users.to_pylist(), packed.indptr[:-1], packed.indptr[1:], strict=True
        )
    }
    assert found["a"] == [(1, 3.0)]
    assert [item for item, _ in found["b"]] == [2, 5]
    assert np.isnan(found["b"][0][1])
    assert found["b"][1][1] == rating
    assert packed.copies.sum() == len(REPEATED)


@pytest.mark.parametrize("policy", [None, "highest", "latest"])
def test_packing_in_parts_is_packing_at_once(policy):
    random = np.random.default_rng(1)
    rows = [
        (int(user), int(item), NAN if rating == 0 else float(rating), int(time))
        for user, item, rating, time in random.integers(0, [5, 4, 11, 9], (200, 4))
    ]
    at_once = pack(loose(rows), policy)
    parts = [to_batch(pack(loose(rows[start : start + 37]), policy)) for start in range(0, 200, 37)]
    columns = {name: pa.concat_arrays([part[name] for part in parts]) for name in parts[0]}
    again = pack(of_batch(columns["user_id"], columns), policy)
    for made in (again, at_once):
        order = np.argsort(made.users.to_pylist())
        assert len(order) == 5
    key = {user: at for at, user in enumerate(again.users.to_pylist())}
    for at, user in enumerate(at_once.users.to_pylist()):
        mine = slice(at_once.indptr[at], at_once.indptr[at + 1])
        other = slice(again.indptr[key[user]], again.indptr[key[user] + 1])
        np.testing.assert_array_equal(at_once.items[mine], again.items[other])
        np.testing.assert_array_equal(at_once.ratings[mine], again.ratings[other])
        np.testing.assert_array_equal(at_once.copies[mine], again.copies[other])


def test_nothing_is_packed_as_nothing():
    empty = joined([loose(REPEATED)])
    none = Loose(empty.users[:0], empty.items[:0], empty.ratings[:0], None)
    assert pack(none, None).indptr.tolist() == [0]
