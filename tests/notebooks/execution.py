"""Runs a notebook as Databricks does, and keeps what each of its cells shows."""

import io
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

FOLDER = Path(__file__).parents[2] / "notebooks"
HEADER = "# Databricks notebook source\n"
SEPARATOR = "# COMMAND ----------\n"
MAGIC = "# MAGIC"


def cells_of(name):
    text = (FOLDER / f"{name}.py").read_text("utf-8")
    assert text.startswith(HEADER)
    return [cell.strip() for cell in text.removeprefix(HEADER).split(SEPARATOR)]


def code_cells(name):
    """The Python cells; text cells consist of magic lines."""
    return [cell for cell in cells_of(name) if not cell.startswith(MAGIC)]


@dataclass
class Cell:
    """What a cell showed: frames as lists of rows, charts as pages, and lines."""

    frames: list
    charts: list
    lines: list


@dataclass
class Execution:
    """A notebook that has run: its cells, and files of the store that it changed."""

    cells: list
    changed: set

    def showing(self, column):
        """The rows of the first frame that has a column."""
        frames = [rows for cell in self.cells for rows in cell.frames if column in rows[0]]
        return [row.asDict() for row in frames[0]]


def files_of(store):
    files = (path for path in Path(store.location.name).rglob("*") if path.is_file())
    return {(path, path.stat().st_mtime_ns) for path in files}


def execute(name, store, **settings):
    """Run a notebook as Databricks does: with widgets, display and displayHTML."""
    given = {"store": store.location.name, **settings}
    made = {}
    widgets = SimpleNamespace(
        text=made.__setitem__, get=lambda widget: given.get(widget, made[widget])
    )
    frames, charts, done = [], [], []
    names = {
        "dbutils": SimpleNamespace(widgets=widgets),
        "display": lambda frame: frames.append(frame.collect()),
        "displayHTML": charts.append,
    }
    before = files_of(store)
    for number, code in enumerate(code_cells(name), start=1):
        with redirect_stdout(io.StringIO()) as said:
            exec(compile(code, f"{name}, code cell {number}", "exec"), names)
        done.append(Cell([*frames], [*charts], said.getvalue().splitlines()))
        frames.clear()
        charts.clear()
    return Execution(done, files_of(store) ^ before)
