"""Every notebook runs from its first cell to its last, and shows something in each."""

from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "notebooks"
HEADER = "# Databricks notebook source\n"
SEPARATOR = "# COMMAND ----------\n"
MAGIC = "# MAGIC"


def code_cells(notebook):
    """The Python cells; text cells consist of magic lines."""
    text = notebook.read_text("utf-8")
    assert text.startswith(HEADER)
    cells = [cell.strip() for cell in text.removeprefix(HEADER).split(SEPARATOR)]
    return [cell for cell in cells if not cell.startswith(MAGIC)]


def execute(notebook, names):
    for number, cell in enumerate(code_cells(notebook), start=1):
        exec(compile(cell, f"{notebook.name}, code cell {number}", "exec"), names)


@pytest.fixture
def shown(tiny_store, monkeypatch):
    """Frames that a notebook hands to Databricks' `display`, as lists of rows."""
    monkeypatch.setenv("COLIKE_STORE", tiny_store.location.name)
    return []


@pytest.mark.parametrize("notebook", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_a_notebook_runs_and_every_frame_it_shows_has_rows(notebook, shown):
    execute(notebook, {"display": lambda frame: shown.append(frame.collect())})
    assert shown
    assert all(shown)


def test_explore_shows_the_leaderboard_a_list_with_titles_and_similar_titles(shown):
    execute(FOLDER / "explore.py", {"display": lambda frame: shown.append(frame.collect())})
    leaderboard, recommendations, similar = shown
    assert {row.source for row in leaderboard} == {"popularity", "jaccard"}
    assert [row.rank for row in recommendations] == list(range(1, 11))
    assert all(row.title for row in recommendations)
    assert all(row.title != row.other_title and row.jaccard > 0 for row in similar)


def test_explore_takes_the_user_from_the_environment(shown, monkeypatch, tiny_store):
    user = tiny_store.read("published_recommendations").first().user_id
    monkeypatch.setenv("COLIKE_USER", str(user))
    names = {"display": lambda frame: shown.append(frame.collect())}
    execute(FOLDER / "explore.py", names)
    assert names["user"] == str(user)
    assert len(shown[1]) == 10
