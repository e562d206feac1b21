from benchmarks.quality import ALL, NAME, UNSEEN
from benchmarks.quality_tables import tables


def row(case, system, metric, value, benchmark=NAME):
    return {
        "benchmark": benchmark, "case": case, "system": system, "metric": metric, "value": value,
    }  # fmt: skip


def test_each_source_has_a_line_with_intervals_in_the_table_of_its_titles():
    rows = [
        row("base", ALL, "recall", 0.1864),
        row("base", ALL, "recall low", 0.179),
        row("base", ALL, "recall high", 0.1921),
        row("base", ALL, "coverage", 3842.0),
        row("base", ALL, "ndcg", None),
        row("graded", ALL, "recall / base", 1.7211),
        row("graded", UNSEEN, "recall in full", 0.119),
        row("graded", ALL, "recall", 0.9, benchmark="other"),
    ]
    lines = tables(rows).splitlines()
    assert lines[2].startswith("| `base` | .186 (.179-.192) |  |  |  | 3,842 |")
    assert lines[3].startswith("| `graded` |  | 1.72 |")
    assert lines[-1] == "| `graded` |  | .119 |"
    assert all(line.count("|") == lines[0].count("|") for line in lines[:4])
