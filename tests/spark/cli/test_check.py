"""`colike check` says what ingest would find, and writes nothing."""

from pathlib import Path

CASES = Path(__file__).parents[2] / "cases"


def test_findings_are_listed_with_file_and_line_and_nothing_is_written(
    spark, typed, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    case = CASES / "05-lone-quote"
    code, out, err = typed("check", str(case / "conf.yml"), "--data", str(case))
    assert (code, err) == (0, "")
    said = " ".join(out.split())
    assert "items │ unclosed_quote │ 1 │" in said
    assert '"7,\\"Heroes,Drama"' in said
    assert "ratings: 570 rows would be kept" in out
    assert "30 of 600 rows" in out
    assert list(tmp_path.iterdir()) == []


def test_too_many_rejected_rows_are_the_error_that_ingest_would_end_with(spark, typed):
    case = CASES / "03-more-fields"
    code, out, err = typed("check", str(case / "conf.yml"), "--data", str(case))
    assert code == 2
    assert "wrong_number_of_fields" in out
    assert err.startswith("QualityError: ")
