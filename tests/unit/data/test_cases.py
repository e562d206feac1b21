"""Small inputs on which such software is known to break: tests/cases, each with a README."""

from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from colike.config import load_config
from colike.data.descriptions import clean
from colike.data.packed import pack
from colike.data.ratings import RatingRules, joined, sort_out
from colike.data.reading.files import input_path, parts_of, require_columns, rows_of
from colike.data.reading.streams import Source
from colike.data.values import ids_of, texts_of
from colike.errors import ConfigError, QualityError, SchemaError

CASES = Path(__file__).parents[2] / "cases"


class Read:
    """The files of a case as ingest reads them, without Spark."""

    def __init__(self, case, *overrides, folder=""):
        self.folder = str(CASES / case / folder)
        config = load_config(CASES / case / "conf.yml", overrides)
        self.rules = RatingRules(config.data, config.likes.at_least)
        self.likes = config.likes
        self.rejected = Counter()
        data = config.data
        columns = {"id": data.items.columns.item_id, "title": data.items.columns.title}
        table = self._table(data.items, columns)
        ids = ids_of(table["id"], data.item_id_type, "")
        titles = map(clean, texts_of(table["title"]).to_pylist())
        self.titles = {
            item: title for item, title in zip(ids.to_pylist(), titles, strict=True) if title
        }
        self.texts = {}
        if data.synopses is not None:
            named = data.synopses.columns
            table = self._table(data.synopses, {"id": named.item_id, "text": named.synopsis})
            keys = ids_of(table["id"], data.item_id_type, "").to_pylist()
            self.texts = dict(zip(keys, texts_of(table["text"]).to_pylist(), strict=True))
        self._read_ratings()

    def _rows(self, file, columns, types):
        for part in parts_of(input_path(self.folder, file.path), file):
            source = Source(part.path)
            require_columns(source, file, columns)
            for rows in rows_of(source, file, columns, types, part.start, part.end):
                self.rejected.update(one.reason for one in rows.rejected)
                yield part.path, rows

    def _table(self, file, columns):
        return pa.concat_tables([rows.table for _, rows in self._rows(file, columns, {})])

    def _read_ratings(self):
        items = pa.array(list(self.titles))
        parts = []
        for name, rows in self._rows(self.rules.file, self.rules.columns, self.rules.types):
            told = sort_out(name, rows, self.rules, items)
            self.rejected.update(told.reasons)
            parts.append(told.ratings)
        packed = pack(joined(parts), self.rules.file.duplicates)
        users = packed.users.take(pa.array(packed.rows)).to_pylist()
        rated = zip(users, items.take(pa.array(packed.items)).to_pylist(), strict=True)
        self.ratings = dict(zip(rated, packed.ratings.tolist(), strict=True))
        self.copies = int(packed.copies.sum()) - len(packed.copies)
        self.liked = int((packed.ratings >= np.float32(self.likes.at_least)).sum())


def test_01_columns_of_parts_in_another_order_are_read_by_name():
    read = Read("01-parts-column-order")
    lines = (CASES / "01-parts-column-order" / "truth.csv").read_text().split()[1:]
    truth = [tuple(map(int, line.split(","))) for line in lines]
    assert read.ratings == {(user, item): rating for user, item, rating in truth}


def test_03_rows_with_more_fields_than_the_header_are_rejected():
    read = Read("03-more-fields")
    assert read.rejected["wrong_number_of_fields"] == 3 + 1
    assert len(read.titles) == 19


def test_04_quotes_as_spark_writes_them_are_read():
    titles = Read("04-spark-written-csv").titles
    assert titles[4] == 'The "Best", Part 2'
    assert titles[5] == 'He said "Go"'
    assert Read("04-spark-written-csv", "data.items.escape='\\'").titles == titles


def test_05_a_quote_that_does_not_close_costs_one_row():
    read = Read("05-lone-quote")
    assert read.rejected == {"unclosed_quote": 1, "unknown_item": 30}
    assert set(read.titles) == set(range(1, 21)) - {7}
    assert read.titles[4] == '"weird al" yankovic'
    assert read.titles[12] == '12" Singles'


@pytest.mark.parametrize("multiline", ["null", "true"])
def test_06_quoted_line_breaks_of_a_rating_file_are_read(multiline):
    read = Read("06-review-line-breaks", f"data.ratings.multiline={multiline}")
    assert len(read.ratings) == 600
    assert not read.rejected


def test_07_a_column_that_is_not_needed_is_not_read():
    assert len(Read("07-parquet-nanoseconds").ratings) == 600


def test_09_whole_floats_are_the_ids_that_they_stand_for():
    read = Read("09-float-ids")
    assert read.rejected == {"bad_item_id": 1}
    assert len(read.ratings) == 599


def test_10_texts_with_float_ids_are_joined():
    read = Read("10-synopses-float-ids")
    assert set(read.texts) == set(read.titles)
    assert len(read.texts) == 20


def test_11_names_of_columns_may_have_dots():
    assert len(Read("11-dotted-columns").ratings) == 600


def test_13_titles_in_latin_1_need_the_key_and_are_rejected_without():
    assert Read("13-latin1-titles").rejected["wrong_encoding"] == 3
    read = Read("13-latin1-titles", "data.items.encoding=latin-1")
    assert read.titles[3] == "Das schöne Mädchen"
    assert len(read.ratings) == 600


def test_14_an_archive_is_to_be_unpacked_first():
    with pytest.raises(SchemaError, match=r"ratings.csv.zip is a zip archive .*; unpack it first"):
        Read("14-zip")


@pytest.mark.parametrize(
    ("folder", "path"),
    [("data [v2]", "ratings.csv"), ("plain", "_ratings.csv"), ("plain", "ratings_10:30:00.csv")],
)
def test_15_paths_have_any_character(folder, path):
    read = Read("15-brackets", f"data.ratings.path='{path}'", folder=folder)
    assert len(read.ratings) == 600


def test_16_a_file_that_broke_off_is_one_sentence():
    with pytest.raises(QualityError, match=r"ratings\.csv\.gz breaks off or is damaged"):
        Read("16-truncated-gz")
    assert len(Read("16-truncated-gz", "data.ratings.path=whole.csv.gz").ratings) == 600


def test_17_of_two_names_that_differ_by_case_the_exact_one_is_taken():
    assert Read("17-case-duplicates").titles[1] == "Title 1"
    named = "data.items.columns={item_id: item_id, title: Title}"
    assert Read("17-case-duplicates", named).titles[1] == "TITLE 1"


def test_18_a_date_as_rating_is_one_sentence():
    with pytest.raises(SchemaError, match=r"^column rating of .* holds date32\[day\], which"):
        Read("18-date-as-rating")
    liked = "data.ratings.columns={user_id: user_id, item_id: item_id, rating: liked}"
    with pytest.raises(SchemaError, match=r"column liked of .* holds bool"):
        Read("18-date-as-rating", liked)


def test_19_denied_ids_stay_as_they_are_written():
    config = load_config(CASES / "19-deny-isbn" / "conf.yml")
    denied = config.recommend.candidates.deny
    assert denied == ["0425176401", "0425176402"]
    assert set(denied) <= set(Read("19-deny-isbn").titles)


def test_20_likes_that_nobody_can_give_are_refused_when_the_config_is_read():
    with pytest.raises(ConfigError, match=r"likes\.at_least = 9 cannot tell likes: the scale"):
        Read("20-five-stars-default-likes")


def test_21_thresholds_are_compared_as_decimals():
    read = Read("21-threshold-07")
    assert not read.rejected
    assert read.liked == 200


@pytest.mark.parametrize(("policy", "first"), [("latest", 1), ("lowest", 0), ("highest", 2)])
def test_22_of_several_ratings_the_one_that_the_config_names_counts(policy, first):
    overrides = [f"data.ratings.duplicates={policy}"]
    if policy == "latest":
        overrides.append("data.ratings.columns.time=ts")
    read = Read("22-re-ratings", *overrides)
    assert (len(read.ratings), read.copies) == (600, 30)
    lines = (CASES / "22-re-ratings" / "ratings.csv").read_text().split()[1:]
    rows = [tuple(map(float, line.split(","))) for line in lines]
    chosen = {}
    for user, item, rating, ts in rows:
        chosen.setdefault((int(user), int(item)), []).append((ts, rating))
    pick = {
        "latest": lambda given: max(given)[1],
        "lowest": lambda given: min(rating for _, rating in given),
        "highest": lambda given: max(rating for _, rating in given),
    }[policy]
    assert read.ratings == {pair: pick(given) for pair, given in chosen.items()}


def test_23_marks_of_no_opinion_are_seen_and_not_rejected():
    assert Read("23-unrated-marks").rejected["rating_out_of_scale"] == 360
    read = Read("23-unrated-marks", "data.ratings.unrated=[0]")
    assert not read.rejected
    assert sum(np.isnan(list(read.ratings.values()))) == 360


def test_25_joiners_are_part_of_titles():
    titles = Read("25-zero-width-joiners").titles
    assert "\u200c" in titles[2]
    assert "\u200d" in titles[3]
    assert titles[4].count("\u200d") == 2
    assert titles[5] == 'Line break, "quoted"'
    assert titles[6] == "<b>Bold</b> & [bold]x[/bold] {{ title }}"
    assert 8 not in titles, "a title of what nobody sees"


def test_36_a_folder_of_parquet_is_told_by_its_parts():
    assert len(Read("36-auto-folder").ratings) == 600


def test_n1_movielens_1m_is_read_as_it_is():
    form = ["separator='::'", "header=false", "encoding=latin-1"]
    read = Read(
        "N1-ml-1m",
        *(f"data.{name}.{key}" for name in ("ratings", "items") for key in form),
        "data.ratings.columns={user_id: 1, item_id: 2, rating: 3}",
        "data.items.columns={item_id: 1, title: 2}",
        "data.items.attributes={genres: 3}",
    )
    assert len(read.ratings) == 600
    assert read.titles[4] == "Léon (1994)"
    assert read.titles[3] == "Heat: The Return (1995)"


def test_n4_bookcrossing_is_read_as_it_is():
    read = Read(
        "N4-bookcrossing",
        *(f"data.{name}.separator=';'" for name in ("ratings", "items")),
        "data.items.encoding=latin-1",
        "data.items.escape='\\'",
        "data.ratings.unrated=[0]",
    )
    assert read.titles["0425176404"] == 'Die "schöne" Königin; Roman'
    assert not read.rejected


def test_n5_json_lines_are_read():
    read = Read("N5-amazon-jsonl", "data.ratings.format=json", "data.items.format=json")
    assert len(read.ratings) == 100
    assert not read.rejected
    assert Read("N5-amazon-jsonl").ratings == read.ratings


def test_n6_an_event_is_a_like_and_repeated_ones_are_one():
    events = "data.ratings.columns={user_id: user_id, item_id: item_id, rating: null}"
    read = Read("N6-implicit", events)
    assert not read.rejected
    assert set(read.ratings.values()) == {9.0}
    assert read.copies
    ones = Read("N6-implicit", events, "data.ratings.path=events_ones.csv")
    assert set(ones.ratings) == set(read.ratings)
