import json
import re
from pathlib import Path

import pytest
from benchmarks import (
    encode,
    fits,
    ingest,
    kernel,
    neighbours,
    quality,
    quality_tables,
    queries,
    readers,
    recommend,
    training,
    whole_chain,
)
from benchmarks.histories import CASES, SHARES
from benchmarks.results import Row, growth, machine, table, write
from benchmarks.similarity import NAME, SYSTEMS

ROOT = Path(__file__).parents[3]
KEPT = ROOT / "docs" / "benchmarks.json"


def row(case, system, metric, value, unit="s", error=None):
    return Row("b", case, system, metric, value, unit, 3, "a machine", {"x": "1"}, error)


def test_figures_measured_again_replace_the_old_ones_of_their_case_and_system(tmp_path):
    file = tmp_path / "figures.json"
    write(file, [row("10%", "a", "seconds", 1.0), row("10%", "a", "pairs", 5, "pairs")])
    write(file, [row("10%", "b", "seconds", 2.0)])
    write(file, [row("10%", "a", "seconds", None, error="broke")])
    kept = json.loads(file.read_text("utf-8"))
    assert [(one["system"], one["metric"], one["value"]) for one in kept] == [
        ("b", "seconds", 2.0),
        ("a", "seconds", None),
    ]
    assert set(kept[0]) >= {"benchmark", "case", "system", "metric", "value", "unit", "repeats"}
    assert set(kept[0]) >= {"machine", "versions"}


def test_a_system_that_fails_stands_in_the_table_with_its_error(tmp_path):
    file = tmp_path / "figures.json"
    write(file, [row("10%", "a", "seconds", 1.25), row("10%", "a", "peak", 2**30, "bytes")])
    write(file, [row("10%", "b", "seconds", None, error="no memory")])
    lines = table(json.loads(file.read_text("utf-8")), "b").splitlines()
    assert lines[2] == "| 10% | `a` | 1.2 s | 1.0 GiB | 3 | a machine |"
    assert lines[3] == "| 10% | `b` | no memory |  | 3 | a machine |"


def test_small_figures_keep_three_digits(tmp_path):
    file = tmp_path / "figures.json"
    values = {"rate": 27.52, "recall": 0.1234, "pairs": 1234567.0}
    rows = [row("all", "a", metric, value, "") for metric, value in values.items()]
    write(file, [*rows, row("all", "a", "memory", 3 * 2**20, "bytes")])
    assert "| 27.5 | .123 | 1,234,567 | 3 MiB |" in table(json.loads(file.read_text("utf-8")), "b")


def test_the_machine_is_told_with_its_load_and_speed():
    told = r"\d+ cores, \d+ GiB, \w+, load \d+\.\d, 10\^7 additions (\d+\.\d\d) s"
    found = re.fullmatch(told, machine())
    assert found
    assert float(found[1]) > 0


def test_growth_is_the_exponent_between_sizes():
    rows = [
        {"benchmark": "b", "case": case, "system": "a", "metric": "seconds", "value": value}
        for case, value in (("1", 2.0), ("10", 20.0), ("40", 320.0))
    ]
    lines = growth(rows, "b", {"1": 1, "10": 10, "20": 20, "40": 40}).splitlines()
    assert lines[2] == "| `a` | seconds | 1.00 |  |  |"
    assert len(lines) == 3


def test_the_page_has_the_tables_of_the_kept_figures():
    rows = json.loads(KEPT.read_text("utf-8"))
    page = (ROOT / "docs" / "benchmarks.md").read_text("utf-8")
    others = (neighbours, training, encode, readers, whole_chain)
    for name in (NAME, recommend.NAME, fits.NAME, *(other.NAME for other in others)):
        assert table(rows, name) in page
    for name in (NAME, recommend.NAME):
        assert growth(rows, name, SHARES) in page
    if any(row["benchmark"] == quality.NAME for row in rows):
        assert quality_tables.tables(rows) in page


KNOWN = {
    NAME: SYSTEMS,
    kernel.NAME: kernel.SYSTEMS,
    training.NAME: training.SYSTEMS,
    encode.NAME: encode.SYSTEMS,
    readers.NAME: readers.READERS,
    quality.NAME: (quality.ALL, quality.UNSEEN),
    recommend.NAME: recommend.SYSTEMS,
    neighbours.NAME: neighbours.SYSTEMS,
    whole_chain.NAME: ("colike",),
    ingest.NAME: ingest.SYSTEMS,
    fits.NAME: fits.SYSTEMS,
    queries.NAME: queries.SYSTEMS,
}


@pytest.mark.parametrize("row", json.loads(KEPT.read_text("utf-8")))
def test_every_kept_figure_is_of_a_known_case_and_system_and_has_a_value_or_an_error(row):
    assert row["system"] in KNOWN[row["benchmark"]]
    if row["benchmark"] in (NAME, kernel.NAME, recommend.NAME):
        assert row["case"] in CASES
    assert (row["value"] is None) == (row["error"] is not None)
