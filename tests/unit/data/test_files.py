"""Which files an input is, of which form, and what is said of those that cannot be read."""

import gzip
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from colike.config.form import File
from colike.data.reading.delimited import DelimitedReader
from colike.data.reading.files import (
    Part,
    form_of,
    input_path,
    listed,
    parts_of,
    require_columns,
    rows_of,
)
from colike.data.reading.streams import Source
from colike.errors import ConfigError, QualityError, SchemaError

COLUMNS = {"a": "x", "b": "y"}


def told(path, **form):
    file = File(path=str(path), **form)
    rows = list(rows_of(Source(str(path)), file, COLUMNS, {}))
    return [row for found in rows for row in found.table.to_pylist()]


def test_a_relative_path_needs_a_data_folder():
    assert input_path("/data/", "ratings.csv") == "/data/ratings.csv"
    assert input_path("/data", "s3://bucket/ratings") == "s3://bucket/ratings"
    assert input_path("/data", "10:/x.csv") == "/data/10:/x.csv"
    assert input_path(None, "/elsewhere/ratings.csv") == "/elsewhere/ratings.csv"
    with pytest.raises(ConfigError, match=r"ratings\.csv is relative; say where .* --data DIR"):
        input_path(None, "ratings.csv")


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(
        ConfigError, match=r"Input file .*nowhere\.csv does not exist; check --data"
    ):
        listed(str(tmp_path / "nowhere.csv"))


@pytest.mark.parametrize("name", ["a [v2].csv", "_a.csv", "a:10.csv", "a#?*.csv", "ä b.csv"])
def test_a_path_may_have_any_character(tmp_path, name):
    (tmp_path / name).write_text("x,y\n1,2\n")
    (part,) = parts_of(str(tmp_path / name), File(path="-"))
    assert told(part.path) == [{"a": "1", "b": "2"}]
    uri = (tmp_path / name).as_uri()
    assert parts_of(uri, File(path="-")) == [part]


def test_a_folder_is_all_its_files_but_hidden_ones_and_wildcards_are_those_that_match(tmp_path):
    for name in ("b.csv", "day=1/a.csv", "_SUCCESS", ".a.csv.crc", "_temporary/c.csv"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x,y\n")
    assert [path.name for path in listed(str(tmp_path))] == ["b.csv", "a.csv"]
    assert [path.name for path in listed(str(tmp_path / "*.csv"))] == ["b.csv"]


def test_an_empty_folder_or_file_has_no_rows(tmp_path):
    (tmp_path / "empty.csv").touch()
    for path in (tmp_path, tmp_path / "empty.csv"):
        with pytest.raises(QualityError, match="has no rows; give a file with data"):
            parts_of(str(path), File(path="-"))


FORMS = {
    b"PAR1 and so on": "parquet",
    b'{"x": 1}': "json",
    b'\xef\xbb\xbf [{"x": 1}]': "json",
    b"x,y\n": "csv",
    gzip.compress(b'{"x": 1}', mtime=0): "json",
    gzip.compress(b"x,y\n", mtime=0): "csv",
}


@pytest.mark.parametrize("content", FORMS)
def test_the_form_of_a_part_is_told_by_its_first_bytes(content):
    assert form_of(Source("part-0", content), File(path="-")) == FORMS[content]


def test_a_form_that_is_not_the_configs_is_one_sentence():
    with pytest.raises(SchemaError, match=r"^f is Parquet, and .* format: csv; set format: auto"):
        form_of(Source("f", b"PAR1..."), File(path="-", format="csv"))
    with pytest.raises(SchemaError, match=r"^f is not Parquet"):
        form_of(Source("f", b"x,y\n"), File(path="-", format="parquet"))


@pytest.mark.parametrize("name", ["data.csv.zip", "data.csv", "data.xlsx"])
def test_an_archive_is_to_be_unpacked(tmp_path, name):
    with zipfile.ZipFile(tmp_path / name, "w") as archive:
        archive.writestr("data.csv", "x,y\n1,2\n")
    with pytest.raises(SchemaError, match=rf"{name} is a zip archive .*; unpack it first"):
        told(tmp_path / name)


def test_packed_files_are_read_and_one_that_broke_off_is_named(tmp_path):
    import bz2
    import lzma

    text = b"x,y\n" + b"1,2\n" * 5000
    packed = {
        "gz": gzip.compress(text),
        "bz2": bz2.compress(text),
        "xz": lzma.compress(text),
        "zst": pa.compress(text, "zstd", asbytes=True),
    }
    for ending, content in packed.items():
        whole, half = tmp_path / f"whole.csv.{ending}", tmp_path / f"half.csv.{ending}"
        whole.write_bytes(content)
        half.write_bytes(content[: len(content) // 2])
        assert len(told(whole)) == 5000
        with pytest.raises(QualityError, match=rf"half\.csv\.{ending} breaks off or is damaged"):
            told(half)
    two = tmp_path / "two.csv.gz"
    two.write_bytes(gzip.compress(b"x,y\n1,2\n") + gzip.compress(b"3,4\n"))
    assert len(told(two)) == 2


def test_a_packed_file_of_nothing_is_no_part(tmp_path):
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b""))
    (tmp_path / "b.csv.gz").write_bytes(gzip.compress(b"x,y\n1,2\n"))
    parts = parts_of(str(tmp_path), File(path="-"))
    assert [part.path.rpartition("/")[2] for part in parts] == ["b.csv.gz"]


def test_a_file_that_may_not_be_read_is_one_sentence(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        Source(str(tmp_path)).magic()


def test_a_parquet_file_that_broke_off_is_named(tmp_path):
    (tmp_path / "half.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(QualityError, match=r"half\.parquet breaks off or is damaged"):
        told(tmp_path / "half.parquet")


def test_columns_are_found_by_their_exact_names(tmp_path):
    (tmp_path / "a.csv").write_text("X,x,y.z, y \n9,1,8,2\n")
    assert told(tmp_path / "a.csv") == [{"a": "1", "b": "2"}]
    for header, says in {
        "x,x,y": "has the column x twice",
        "x;y": r"has no column x, y; it has x;y.*separated by ';': set its `separator`",
        "X,Y": "has no column x, y; it has X, Y",
    }.items():
        (tmp_path / "a.csv").write_text(f"{header}\n1,2,3\n")
        with pytest.raises(SchemaError, match=says):
            require_columns(Source(str(tmp_path / "a.csv")), File(path="-"), COLUMNS)


@pytest.mark.parametrize("form", ["parquet", "json"])
def test_numbers_of_columns_are_refused_where_columns_have_names(tmp_path, form):
    path = tmp_path / "a"
    if form == "json":
        path.write_text('{"x": 1, "y": 2}\n')
    else:
        pq.write_table(pa.table({"x": [1], "y": [2]}), path)
    file = File(path="-", header=False)
    with pytest.raises(SchemaError, match=r"no column 1, 2; it has x, y\. .*leave out `header"):
        list(rows_of(Source(str(path)), file, {"a": 1, "b": 2}, {}))
    path.write_text("x,y\n1,2\n")
    with pytest.raises(SchemaError, match=r"no column 3; it has 1, 2\. Mend the file, or name"):
        list(rows_of(Source(str(path)), file, {"a": 3}, {}))


def test_values_of_folders_are_columns_of_parquet(tmp_path):
    (tmp_path / "y=2%2F3").mkdir()
    path = tmp_path / "y=2%2F3" / "a.parquet"
    pq.write_table(pa.table({"x": [1, 2]}), path)
    assert told(path) == [{"a": 1, "b": "2/3"}, {"a": 2, "b": "2/3"}]


def test_large_files_are_cut_into_ranges_unless_rows_go_over_lines(tmp_path, monkeypatch):
    monkeypatch.setattr("colike.data.reading.files.RANGE_BYTES", 10)
    path = tmp_path / "a.csv"
    path.write_text("x,y\n" + "1,2\n" * 5)
    parts = parts_of(str(path), File(path="-"))
    assert [part[:3] for part in parts] == [
        (str(path), 0, 10),
        (str(path), 10, 20),
        (str(path), 20, 24),
    ]
    assert {part.header.names for part in parts} == {("x", "y")}
    assert parts_of(str(path), File(path="-", multiline=True)) == [Part(str(path), 0, None)]
    assert parts_of(str(path), File(path="-", encoding="utf-16")) == [Part(str(path), 0, None)]
    path.write_text('x,y\n1,"a\nb"\n1,2\n')
    assert parts_of(str(path), File(path="-")) == [Part(str(path), 0, None)]
    assert len(parts_of(str(path), File(path="-", multiline=False))) == 2


def test_rows_over_lines_are_read_across_chunks(monkeypatch):
    monkeypatch.setattr("colike.data.reading.streams.CHUNK_BYTES", 16)
    content = b'x,y\n1,"a\nb ""c"",\nd"\n2,e\n3,"f\n\ng"\n'
    rows = list(rows_of(Source("f", content), File(path="-"), COLUMNS, {}))
    found = [row["b"] for part in rows for row in part.table.to_pylist()]
    assert found == ['a\nb "c",\nd', "e", "f\n\ng"]
    assert [line for part in rows for line in part.lines().tolist()] == [2, 5, 6]


def test_a_quote_that_does_not_close_costs_its_own_line_alone():
    content = b'x,y\n1,"Heroes\n2,"a, b"\n3,12" Singles\n4,"weird al" yankovic\n5,"end\n'
    rows = list(rows_of(Source("f", content), File(path="-"), COLUMNS, {}))
    assert [row["b"] for part in rows for row in part.table.to_pylist()] == [
        "a, b",
        '12" Singles',
        '"weird al" yankovic',
    ]
    assert [(one.line, one.reason) for part in rows for one in part.rejected] == [
        (2, "unclosed_quote"),
        (6, "unclosed_quote"),
    ]


SWALLOWED = b"""x,y,z
1,A title,Drama
2,"Heroes,Drama
3,Titles,Comedy
4,Villains,Drama
5,Singles,Drama
6,Of 7",Comedy
7,"A quoted, good text
over lines, 8, of them",Drama
8,"Last",Drama
"""


@pytest.mark.parametrize(
    ("multiline", "kept", "rejected"),
    [
        (None, "178", dict.fromkeys((3, 4, 5, 6, 7), "rows_in_quotes")),
        (True, "1278", {}),
        (
            False,
            "134568",
            {3: "unclosed_quote", 8: "unclosed_quote", 9: "wrong_number_of_fields"},
        ),
    ],
)
def test_rows_between_two_stray_quotes_are_not_taken_for_text_unless_somebody_says_so(
    multiline, kept, rejected
):
    # Both ways to read rows: at once, and one by one, which the broken line asks for.
    for more, wrong in ((b"", {}), (b"9\n", {11: "wrong_number_of_fields"})):
        file = File(path="-", multiline=multiline)
        rows = list(rows_of(Source("f", SWALLOWED + more), file, {"a": "x"}, {}))
        found = [row["a"] for part in rows for row in part.table.to_pylist()]
        assert found == list(kept)
        told_of = {one.line: one.reason for part in rows for one in part.rejected}
        assert told_of == {**rejected, **wrong}


def test_text_over_lines_is_text_if_no_line_looks_like_a_row():
    lines = 'x,y\n1,"Dear reader, this\nis of a boy, his dog\nand 7 more, all told"\n2,"a\nb"\n'
    rows = list(rows_of(Source("f", lines.encode()), File(path="-"), COLUMNS, {}))
    assert [row["a"] for part in rows for row in part.table.to_pylist()] == ["1", "2"]


def test_json_is_read_by_name_by_path_and_as_an_array():
    lines = b'{"x": 1.0, "y": {"z": ["a", "b"]}}\nnope\n\n{"x": "\xff", "y": null}\n[1]\n'
    file, columns = File(path="-"), {"a": "x", "b": "y.z"}
    (rows,) = rows_of(Source("f", lines), file, columns, {})
    assert rows.table.to_pylist() == [{"a": "1", "b": "a, b"}]
    assert rows.lines().tolist() == [1]
    assert [(one.line, one.reason) for one in rows.rejected] == [
        (2, "not_a_json_object"),
        (4, "wrong_encoding"),
        (5, "not_a_json_object"),
    ]
    (rows,) = rows_of(Source("f", b'[{"x": 12, "y.z": true}, 3]'), file, columns, {})
    assert rows.table.to_pylist() == [{"a": "12", "b": "true"}]
    assert [one.line for one in rows.rejected] == [2]
    with pytest.raises(SchemaError, match=r"f has no column y\.z; it has x"):
        list(rows_of(Source("f", b'{"x": 1}'), file, columns, {}))


def test_a_header_alone_has_columns_and_no_rows():
    reader = DelimitedReader.of(Source("f", b"x,y"), File(path="-"), COLUMNS, {})
    assert [rows.table.num_rows for rows in reader.rows(0, None)] == [0]
