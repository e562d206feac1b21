"""Ratings as frames: read by Spark's tasks, each pair once, as rows and as histories."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from delta.tables import DeltaTable

from colike.config import load_config
from colike.config.files import RatingsFile
from colike.config.models import LikesConfig
from colike.data.forgotten import Forgotten
from colike.data.packed_frames import Split, further_copies, rating_rows, user_history
from colike.data.rating_frames import count, read_ratings, survey, unique_ratings
from colike.data.ratings import RatingRules
from colike.data.reading import files
from colike.errors import ConfigError, QualityError, SchemaError

from ...histories import ARRAYS

CONFIG = load_config("conf/mal2020.yml")
ITEMS = pa.array([10, 20, 30, 40, 50])
SPLITS = ("train", "validation", "test")
# Users 1 to 30 rate every item; user 5 likes nothing, and rates item 20 twice, item 30 thrice.
ROWS = [
    (user, item, 3 if user == 5 else 5 + (user + item // 10) % 6)
    for user in range(1, 31)
    for item in ITEMS.to_pylist()
] + [(5, 20, 2), (5, 30, 9), (5, 30, 8)]
BAD = ["6,10", "6,10,99", "x,10,9", "6,77,9"]


def rules(**form):
    columns = {"user_id": "user", "item_id": "item", "rating": "rating"}
    ratings = {"path": "-", "columns": columns, "scale_min": 1, "scale_max": 10, **form}
    data = CONFIG.data.model_copy(update={"ratings": RatingsFile.model_validate(ratings)})
    return RatingRules(data, event=9)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two parts, whose columns are in another order, and a file that is hidden."""
    folder = tmp_path_factory.mktemp("ratings [v2]")
    lines = [f"{user},{item},{rating}" for user, item, rating in ROWS[:70]]
    (folder / "part-1.csv").write_text("\n".join(["user,item,rating", *lines, *BAD]), "utf-8")
    lines = [f"{rating},0x1,{item},{user}" for user, item, rating in ROWS[70:]]
    (folder / "part:2.csv").write_text("\r\n".join(["rating,note,item,user", *lines]), "utf-8")
    (folder / "_SUCCESS").write_text("not a row")
    return folder


@pytest.fixture(scope="module")
def told(spark, folder):
    """The files in ranges of 200 bytes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "RANGE_BYTES", 200)
        return read_ratings(spark, str(folder), rules(), ITEMS).cache()


@pytest.fixture(scope="module")
def unique(told):
    return unique_ratings(told, None).cache()


@pytest.fixture(scope="module")
def split(unique):
    found = count(unique, 9)
    assert (found.users, found.pairs, found.highest) == (30, 150, 10)
    lowest = {}
    for user, item, rating in ROWS:
        lowest[user, item] = min(rating, lowest.get((user, item), 10))
    assert found.likes == sum(rating >= 9 for rating in lowest.values())
    return Split(CONFIG.split, found.users, ITEMS)


def test_every_row_is_counted_and_the_bad_ones_name_file_and_line(told):
    seen = survey(told)
    assert (seen.rows, seen.rejected) == (len(ROWS) + len(BAD), len(BAD))
    rejected = told.where("reason IS NOT NULL").orderBy("line").collect()
    assert [(row["reason"], row["line"]) for row in rejected] == [
        ("wrong_number_of_fields", 72),
        ("rating_out_of_scale", 73),
        ("bad_user_id", 74),
        ("unknown_item", 75),
    ]
    assert {row["file"].rpartition("/")[2] for row in rejected} == {"part-1.csv"}
    assert json.loads(rejected[0]["row"]) == {"text": "6,10"}
    assert json.loads(rejected[2]["row"]) == {"user": "x", "item": "10", "rating": "9"}


def test_ratings_are_those_of_the_file_by_name_each_pair_once(unique, split):
    rows = rating_rows(unique, split, "bigint").collect()
    lowest = {}
    for user, item, rating in ROWS:
        lowest[user, item] = min(rating, lowest.get((user, item), 10))
    assert {(row["user_id"], row["item_id"]): row["rating"] for row in rows} == lowest
    assert len(rows) == len(lowest)
    assert {row["split"] for row in rows} == set(SPLITS)


def test_histories_pack_the_same_ratings_by_split_and_opinion_sorted(unique, split):
    expected = {}
    for row in rating_rows(unique, split, "bigint").collect():
        rating = row["rating"]
        opinion = "likes" if rating >= 9 else "detractors" if rating <= 6 else "passives"
        mine = expected.setdefault(row["user_id"], {name: [] for name in ARRAYS})
        mine[f"{opinion}_{row['split']}"].append(row["item_id"] // 10 - 1)
    likes = LikesConfig(at_least=9, detractor_at_most=6)
    histories = user_history(unique, split, likes).collect()
    assert len(histories) == 30
    for row in histories:
        mine = expected[row["user_id"]]
        assert {name: row[name] for name in ARRAYS} == {name: sorted(mine[name]) for name in ARRAYS}
    opinions = {name.partition("_")[0] for row in histories for name in ARRAYS if row[name]}
    assert opinions == {"likes", "passives", "detractors"}, "all are among the ratings"


def test_forgotten_users_are_not_even_read(spark, folder):
    nobody = Forgotten("salt")
    gone = Forgotten("salt", frozenset(map(nobody.hash_of, (5, 6))))
    told = read_ratings(spark, str(folder), replace(rules(), forgotten=gone), ITEMS).cache()
    seen, found = survey(told), count(unique_ratings(told, None), 9)
    of_them = sum(user in (5, 6) for user, _, _ in ROWS)
    # Of the bad rows three are of user 6.
    assert (seen.rows, seen.rejected) == (len(ROWS) + len(BAD) - of_them - 3, 1)
    assert (found.users, found.pairs) == (28, 140)
    (rejected,) = told.where("reason IS NOT NULL").collect()
    assert json.loads(rejected.row)["user"] == "x"


def test_further_copies_are_rejected_by_name(unique, split):
    rows = [json.loads(row["row"]) for row in further_copies(unique, split, "bigint").collect()]
    assert sorted(rows, key=lambda row: (row["item_id"], row["copy"])) == [
        {"user_id": 5, "item_id": 20, "kept": 2.0, "copy": 2},
        {"user_id": 5, "item_id": 30, "kept": 3.0, "copy": 2},
        {"user_id": 5, "item_id": 30, "kept": 3.0, "copy": 3},
    ]


def test_a_file_that_spark_alone_opens_is_read_alike(spark, folder, tmp_path, monkeypatch):
    # A URI stands for another file system; binaryFile reads both.
    from colike.data.reading import frames

    monkeypatch.setattr(frames, "is_remote", lambda path: True)
    monkeypatch.setattr(frames, "is_table", lambda *_: False)
    (tmp_path / "part.csv").write_bytes((folder / "part-1.csv").read_bytes())
    remote = read_ratings(spark, (tmp_path / "part.csv").as_uri(), rules(), ITEMS)
    assert survey(remote).rows == 74
    assert survey(remote).rejected == len(BAD)


def test_a_file_that_spark_cannot_take_whole_is_one_sentence(spark, folder, tmp_path, monkeypatch):
    from colike.data.reading import frames

    monkeypatch.setattr(frames, "is_remote", lambda path: True)
    monkeypatch.setattr(frames, "is_table", lambda *_: False)
    monkeypatch.setattr(frames, "LARGEST_CONTENT", 100)
    (tmp_path / "part.csv").write_bytes((folder / "part-1.csv").read_bytes())
    says = r"part\.csv has [0-9,]+ bytes, and a file at a URI is read whole, up to 100 bytes: cut"
    with pytest.raises(QualityError, match=says):
        read_ratings(spark, (tmp_path / "part.csv").as_uri(), rules(), ITEMS)


@pytest.fixture(scope="module")
def versions(spark, tmp_path_factory):
    """A table of three versions, of one, two and three users, and the times of them."""
    path = str(tmp_path_factory.mktemp("input") / "table")
    for user in (1, 2, 3):
        rows = spark.createDataFrame([(user, 10, 9)], "user int, item int, rating int")
        rows.coalesce(1).write.format("delta").mode("append").save(path)
    log = DeltaTable.forPath(spark, path).history().orderBy("version")
    times = log.selectExpr("cast(timestamp AS double) AS seconds").collect()
    return path, [datetime.fromtimestamp(row.seconds, UTC) for row in times]


def test_a_table_is_read_at_the_version_that_was_newest_at_a_time(spark, versions):
    path, times = versions
    moment = timedelta(milliseconds=1)
    users = [
        count(unique_ratings(read_ratings(spark, path, rules(as_of=as_of), ITEMS), None), 9).users
        for as_of in (1, times[0], times[1] - moment, times[1], times[2] + timedelta(days=9))
    ]
    assert users == [2, 1, 1, 2, 3]


@pytest.mark.parametrize("as_of", [3, datetime(2020, 1, 1, tzinfo=UTC)])
def test_a_version_that_a_table_never_had_is_an_error_with_those_that_it_has(
    spark, versions, as_of
):
    path, times = versions
    first = times[0].isoformat(timespec="seconds")
    with pytest.raises(ConfigError) as raised:
        read_ratings(spark, path, rules(as_of=as_of), ITEMS)
    assert f"as of {as_of}; its log has the versions 0 to 2, the first of {first}" in str(
        raised.value
    )


def test_a_file_has_no_versions(spark, folder):
    with pytest.raises(ConfigError, match="is no Delta table, so it has no versions"):
        read_ratings(spark, str(folder), rules(as_of=1), ITEMS)


def test_a_delta_table_is_read_and_a_column_that_it_lacks_is_named(spark, tmp_path):
    path = str(tmp_path / "a table")
    spark.createDataFrame(ROWS, "user int, item int, rating int").write.format("delta").save(path)
    told = read_ratings(spark, path, rules(), ITEMS)
    assert count(unique_ratings(told, None), 9).pairs == 150
    columns = {"user_id": "who", "item_id": "item", "rating": "rating"}
    with pytest.raises(SchemaError, match="has no column who; it has user, item, rating"):
        read_ratings(spark, path, rules(columns=columns), ITEMS)
