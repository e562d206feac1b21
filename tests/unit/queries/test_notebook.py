"""What a notebook shows, on Databricks and elsewhere; frames are stand-ins without Spark."""

from types import SimpleNamespace

import pandas as pd
import plotly.graph_objects as go
import pytest

from colike.queries.notebook import SHOWN, Notebook, setting


def frame(rows, *columns):
    """Stands for a frame of Spark."""
    return SimpleNamespace(
        columns=list(columns),
        schema=columns,
        take=lambda most: rows[:most],
        toPandas=lambda: pd.DataFrame(rows, columns=columns),
    )


def a_store():
    """A store whose session makes frames of rows."""
    made = SimpleNamespace(createDataFrame=lambda rows, schema: (rows, schema))
    return SimpleNamespace(spark=made)


@pytest.fixture
def databricks():
    """What a notebook on Databricks shows: frames and pages, in their order."""
    return []


@pytest.fixture
def book(databricks):
    return Notebook(a_store(), {"display": databricks.append, "displayHTML": databricks.append})


def test_a_setting_is_an_environment_variable_where_there_are_no_widgets(monkeypatch):
    monkeypatch.delenv("COLIKE_USER", raising=False)
    assert setting({}, "user", "7") == "7"
    monkeypatch.setenv("COLIKE_USER", "8")
    assert setting({}, "user", "7") == "8"


def test_a_setting_is_a_widget_on_databricks(monkeypatch):
    monkeypatch.setenv("COLIKE_USER", "8")
    given, made = {"user": "9"}, {}
    widgets = SimpleNamespace(text=made.__setitem__, get=lambda name: given.get(name) or made[name])
    names = {"dbutils": SimpleNamespace(widgets=widgets)}
    assert setting(names, "user", "7") == "9"
    assert setting(names, "store", "main.colike") == "main.colike"
    assert made == {"user": "7", "store": "main.colike"}


def test_rows_are_displayed_where_a_notebook_can(book, databricks, capsys):
    book.show(frame([(1,), (2,)], "n"))
    assert databricks == [([(1,), (2,)], ("n",))]
    assert capsys.readouterr().out == ""


def test_rows_are_printed_elsewhere(capsys):
    Notebook(a_store(), {}).show(frame([("[Oshi no Ko]",), (None,)], "title"))
    printed = capsys.readouterr().out
    assert "title" in printed
    assert "[Oshi no Ko]" in printed
    assert "None" not in printed


def test_without_rows_a_sentence_is_said(book, databricks, capsys):
    book.show(frame([], "n"), "Nothing was trained: run job train.")
    book.draw("loss", frame([], "n"), lambda rows: pytest.fail("drawn"), "No loss.")
    assert capsys.readouterr().out == "Nothing was trained: run job train.\nNo loss.\n"
    assert databricks == []


def test_rows_that_are_left_out_are_told(book, databricks, capsys):
    book.show(frame([(number,) for number in range(SHOWN + 5)], "n"))
    ((rows, _),) = databricks
    assert rows == [(number,) for number in range(SHOWN)]
    assert capsys.readouterr().out == "The first 1,000 rows:\n"


def bars(rows):
    return go.Figure(go.Bar(y=rows["n"].tolist()))


def test_a_chart_is_a_page_on_databricks(book, databricks):
    book.draw("count", frame([(31,), (32,)], "n"), bars)
    (page,) = databricks
    assert "[31,32]" in page
    assert len(page) < 100_000  # plotly.js is not in it


def test_a_chart_is_a_file_elsewhere(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("COLIKE_CHARTS", str(tmp_path / "my charts"))
    Notebook(a_store(), {}).draw("count", frame([(31,), (32,)], "n"), bars)
    file = tmp_path / "my charts" / "count.html"
    assert capsys.readouterr().out == f"Chart: {file}\n"
    assert "[31,32]" in file.read_text("utf-8")
    assert (file.parent / "plotly.min.js").exists()
