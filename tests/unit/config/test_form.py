"""What the keys of input files may say together: none is passed over, none means another thing."""

from datetime import datetime, timedelta, timezone

import pytest
from pydantic import ValidationError

from colike.config.files import ItemsFile, RatingsFile, SynopsesFile, UsersFile
from colike.config.form import File
from colike.data.reading.streams import is_bytewise

#: A value of each key of the form, other than the one it has when it is left out.
FORM = {
    "separator": ";",
    "encoding": "latin-1",
    "header": False,
    "quote": "'",
    "escape": "\\",
    "multiline": True,
    "as_of": 3,
}
WITHOUT = {
    "auto": set(),
    "csv": {"as_of"},
    "json": set(FORM) - {"encoding"},
    "parquet": set(FORM),
    "delta": set(FORM) - {"as_of"},
}


def says(kind, **keys):
    with pytest.raises(ValidationError) as raised:
        kind.model_validate({"path": "-", **keys})
    (finding,) = raised.value.errors()
    return finding["msg"]


@pytest.mark.parametrize("form", WITHOUT)
@pytest.mark.parametrize("key", FORM)
def test_a_key_that_the_format_does_not_read_is_refused(form, key):
    given = {"path": "-", "format": form, key: FORM[key]}
    if key in WITHOUT[form]:
        assert f"{key} means nothing where format is {form}" in says(File, **given)
    else:
        assert getattr(File(**given), key) != File.model_fields[key].default


ZONE = timezone(timedelta(hours=1))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        (0, 0),
        ("2026-11-20T03:00:00+01:00", datetime(2026, 11, 20, 3, tzinfo=ZONE)),
        ("2026-11-20T02:00:00Z", datetime(2026, 11, 20, 3, tzinfo=ZONE)),
    ],
)
def test_a_version_is_a_number_or_a_time(text, meant):
    assert File(path="-", as_of=text).as_of == meant


@pytest.mark.parametrize("text", [-1, 1.5, True, "3 days ago", "2026-11-20", "2026-11-20T03:00:00"])
def test_what_is_no_version_and_a_time_without_its_zone_are_refused(text):
    assert "neither the number of a version (12) nor a time with its zone" in says(File, as_of=text)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"quote": None, "escape": "\\"}, "quote is null, so there is no escape"),
        ({"quote": None, "multiline": True}, "quote is null, so there is no multiline"),
        ({"escape": "^"}, "escape is '^'; it has to be a backslash or the quote itself"),
        ({"quote": "'", "escape": '"'}, "escape is '\"'; it has to be a backslash or the quote"),
        ({"separator": "'", "quote": "'"}, "has the quote or the escape"),
        ({"separator": "\\", "escape": "\\"}, "has the quote or the escape"),
        ({"separator": "\n"}, "has a line end"),
        ({"quote": "«"}, "cannot be a quote"),
        ({"quote": "\n"}, "cannot be a quote"),
        ({"quote": "\\"}, "cannot be a quote"),
        ({"encoding": "base64"}, "no encoding that Python knows"),
        ({"encoding": "idna"}, "no encoding that Python knows"),
    ],
)
def test_a_form_that_no_file_has_is_refused(keys, message):
    assert message in says(File, **keys)


@pytest.mark.parametrize(
    "keys",
    [
        {"quote": None, "multiline": False},
        {"quote": "'", "escape": "'"},
        {"separator": "\\"},
        {"separator": "§"},
        {"separator": '"', "quote": None},
    ],
)
def test_unusual_forms_are_taken(keys):
    File(path="-", **keys)


def test_a_mark_at_the_beginning_is_no_encoding_of_its_own():
    assert File(path="-", encoding="UTF-8-SIG").encoding == "utf-8"


@pytest.mark.parametrize("name", ["utf-16", "shift_jis", "iso2022_jp", "utf-7", "gb18030", "cp037"])
def test_only_where_each_byte_is_a_character_can_a_file_be_cut_at_any_line(name):
    assert not is_bytewise(File(path="-", encoding=name).encoding)
    assert is_bytewise("cp1252")
    assert is_bytewise("utf-8")


RATED = {"user_id": "u", "item_id": "i", "rating": "r"}
EVENTS = {"user_id": "u", "item_id": "i", "rating": None}
SCALE = {"scale_min": 1, "scale_max": 5}


@pytest.mark.parametrize(
    ("keys", "columns"),
    [
        ({"scale_min": 1}, {}),
        ({"scale_max": 1}, {}),
        ({"unrated": [0]}, {}),
        ({"duplicates": "latest"}, {}),
        ({"duplicates": "lowest"}, {}),
        ({}, {"time": "t"}),
        ({"duplicates": "latest"}, {"time": "t"}),
    ],
)
def test_events_have_nothing_that_tells_ratings_apart(keys, columns):
    named = " or ".join([*keys, *(f"columns.{key}" for key in columns)])
    found = says(RatingsFile, columns={**EVENTS, **columns}, **keys)
    assert f"columns.rating is null, so there is no {named}: all events" in found


def test_a_time_counts_where_the_latest_rating_does_and_nowhere_else():
    timed = {**RATED, "time": "t"}
    RatingsFile(path="-", columns=timed, duplicates="latest", **SCALE)
    for duplicates in (None, "lowest", "highest"):
        found = says(RatingsFile, columns=timed, duplicates=duplicates, **SCALE)
        assert "columns.time is read for duplicates: latest alone" in found
    assert "needs columns.time" in says(RatingsFile, columns=RATED, duplicates="latest", **SCALE)


def test_each_role_of_a_rating_has_a_column_of_its_own():
    found = says(RatingsFile, columns={**RATED, "rating": "i"}, **SCALE)
    assert "columns has 'i' twice" in found


def test_marks_are_kept_as_they_are_compared():
    file = RatingsFile(
        path="-", columns=RATED, unrated=[0, "0", " -1.0 ", "", None, " NA ", "nan"], **SCALE
    )
    assert file.unrated == (0, 0, -1, None, None, "NA", "nan")
    with pytest.raises(ValidationError, match="finite number"):
        RatingsFile(path="-", columns=RATED, unrated=[float("nan")], **SCALE)


ITEMS = {"attributes": [], "missing": [], "leaking": []}


@pytest.mark.parametrize(
    ("kind", "keys", "key"),
    [
        (RatingsFile, {"columns": {**RATED, "rating": 3}, **SCALE}, "columns.rating"),
        (ItemsFile, {"columns": {"item_id": 1, "title": "t"}, **ITEMS}, "columns.item_id"),
        (
            ItemsFile,
            {"columns": {"item_id": "i", "title": "t"}, **ITEMS, "attributes": {"a": 3}},
            "attributes.a",
        ),
        (
            SynopsesFile,
            {"columns": {"item_id": "i", "synopsis": 2}, "empty_prefixes": []},
            "columns.synopsis",
        ),
        (UsersFile, {"column": 1}, "column"),
    ],
)
def test_columns_are_named_as_the_header_asks_for_in_every_file(kind, keys, key):
    assert f"{key} is " in says(kind, **keys)
    assert "has to be a name, since the file has a header" in says(kind, **keys)
    keys.pop("column", None)
    assert "has to be its number from 1" in says(kind, header=False, **keys)


def test_a_prefix_of_nothing_would_empty_all_texts():
    columns = {"item_id": "i", "synopsis": "s"}
    assert "at least 1 character" in says(SynopsesFile, columns=columns, empty_prefixes=[""])
