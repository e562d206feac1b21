"""Every row of a file is read or rejected, whatever its form: against a brute-force reader."""

import pyarrow as pa
from hypothesis import HealthCheck, given, settings

from colike.config.files import DataConfig
from colike.config.form import File
from colike.data.ratings import RatingRules, sort_out
from colike.data.reading.delimited import DelimitedReader
from colike.data.reading.files import rows_of
from colike.data.reading.streams import Source

from .brute_force import brute_force
from .files_of_any_form import ITEMS, files


def rules_of(file):
    kind = "string" if file.string_ids else "bigint"
    at = {name: file.order.index(name) + 1 for name in file.order}
    named = {name: name if file.header else at[name] for name in file.order}
    form = {
        "path": "-",
        "separator": file.separator,
        "encoding": "utf-8" if file.encoding == "utf-8-sig" else file.encoding,
        "header": file.header,
        "quote": '"' if file.quoting else None,
        "multiline": file.multiline,
    }
    columns = {"user_id": named["user"], "item_id": named["item"], "rating": named["rating"]}
    data = DataConfig.model_validate(
        {
            "user_id_type": kind,
            "item_id_type": kind,
            "ratings": {**form, "columns": columns, "scale_min": 1, "scale_max": 10},
            "items": {
                "path": "-",
                "columns": {"item_id": "i", "title": "t"},
                "attributes": [],
                "missing": [],
                "leaking": [],
            },
            "synopses": None,
            "max_rejected_share": 0.1,
        }
    )
    return RatingRules(data, event=9)


def known_items(kind):
    return pa.array(sorted({int(item) for item in ITEMS})) if kind == "bigint" else pa.array(ITEMS)


def id_by_hand(text, kind):
    text = text.strip()
    if kind == "string":
        return text if text and "\n" not in text and "\r" not in text else None
    whole, dot, zeros = text.partition(".")
    is_whole = whole.lstrip("+-").isdigit() and not zeros.strip("0")
    number = int(whole) if is_whole else None
    fits = number is not None and -(2**63) <= number < 2**63 and (not dot or len(whole) < 16)
    return number if fits else None


def rating_by_hand(text):
    try:
        number = float(text)
    except ValueError:
        return None
    return number if 1 <= number <= 10 else None


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(files())
def test_rows_that_are_read_and_rejected_are_those_of_the_brute_force_reader(file):
    rules = rules_of(file)
    kind = rules.data.user_id_type
    known = known_items(kind)
    rows, wrong = brute_force(file)
    good = [
        (
            id_by_hand(row["user"], kind),
            id_by_hand(row["item"], kind),
            rating_by_hand(row["rating"]),
        )
        for row in rows
    ]
    good = [row for row in good if None not in row and row[1] in known.to_pylist()]

    source = Source("file", file.content)
    found, read, lines = [], 0, 0
    for part in rows_of(source, rules.file, rules.columns, rules.types):
        told = sort_out("file", part, rules, known)
        read += part.table.num_rows
        lines += len(part.rejected)
        assert len(part.lines()) == part.table.num_rows
        loose = told.ratings
        items = known.take(pa.array(loose.items)).to_pylist()
        found += zip(loose.users.to_pylist(), items, loose.ratings.tolist(), strict=True)
        assert len(loose.items) + len(told.places) == part.table.num_rows
    assert (read, lines) == (len(rows), wrong)
    assert found == good


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(files())
def test_ranges_of_a_file_give_together_what_the_whole_gives(file):
    if file.packed or file.encoding in ("utf-16", "shift_jis") or "\r" in file.text:
        return
    rules = rules_of(file)
    source = Source("file", file.content)
    form = File(**{**rules.file.model_dump(include=set(File.model_fields)), "multiline": False})
    reader = DelimitedReader.of(source, form, rules.columns, {})
    whole = [row for rows in reader.rows(0, None) for row in rows.table.to_pylist()]
    numbers = [line for rows in reader.rows(0, None) for line in rows.lines().tolist()]
    for size in (1, 7, 40):
        ranges = [(start, start + size) for start in range(0, len(file.content), size)]
        parts = [rows for start, end in ranges for rows in reader.rows(start, end)]
        assert [row for rows in parts for row in rows.table.to_pylist()] == whole
        assert [line for rows in parts for line in rows.lines().tolist()] == numbers
