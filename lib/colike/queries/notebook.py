"""A store in a notebook: its settings, queries, tables and charts.

Databricks puts `dbutils`, `display` and `displayHTML` among a notebook's names. Where they are
missing, as on a laptop, settings are environment variables, tables are printed, and charts are
files.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import plotly.graph_objects as go
from pyspark.sql import DataFrame

from colike.printing import say
from colike.queries.output import print_table
from colike.queries.samples import sample_named
from colike.queries.store import open_existing
from colike.tables import Store
from colike.tables.views import register_temporary

STORE, CHARTS = "build/demo/store", "build/charts"
NOTHING = "Nothing in this store fits the question."
SHOWN = 1000


@dataclass(frozen=True)
class Notebook:
    """A store that is only read, and the names that a notebook has.

    Queries find tables and views by their plain names; tables that are not there have no rows.
    """

    store: Store
    names: Mapping[str, Any]

    def setting(self, name: str, default: str) -> str:
        """Return what the user set, as `setting` finds it."""
        return setting(self.names, name, default)

    def sql(self, query: str, **arguments: Any) -> DataFrame:
        """Return the rows of a query, in which `:name` stands for an argument."""
        return self.store.spark.sql(query, args=arguments)

    def show(self, frame: DataFrame, none: str = NOTHING) -> None:
        """Show the first SHOWN rows; without any, say the sentence `none` instead."""
        # Worked out once: a frame that is asked whether it is empty and then shown runs twice.
        rows = frame.take(SHOWN + 1)
        if not rows:
            say(none)
            return
        if len(rows) > SHOWN:
            say(f"The first {SHOWN:,} rows:")
        if "display" in self.names:
            self.names["display"](self.store.spark.createDataFrame(rows[:SHOWN], frame.schema))
        else:
            print_table(frame.columns, rows[:SHOWN])

    def ask(self, *names: str) -> None:
        """Show questions of conf/samples, each with its answer.

        Raises:
            LookupFailedError: There is no such question.
        """
        for name in names:
            sample = sample_named(name)
            say(sample.question)
            self.show(self.sql(sample.sql))

    def draw(
        self,
        name: str,
        frame: DataFrame,
        figure: Callable[[pd.DataFrame], go.Figure],
        none: str = NOTHING,
    ) -> None:
        """Show a chart of a frame's rows; without any, say the sentence `none` instead.

        Args:
            name: Name of the chart's file, where it becomes one.
            frame: Few rows; they are collected.
            figure: Makes the chart of them.
            none: What to say without rows.
        """
        rows = frame.toPandas()
        if rows.empty:
            say(none)
        elif "displayHTML" in self.names:
            # Each output has a frame of its own, and plotly.js in all of them is more than a
            # notebook may hold.
            self.names["displayHTML"](figure(rows).to_html(include_plotlyjs="cdn"))
        else:
            say(f"Chart: {_written(figure(rows), name)}")


def open_notebook(names: Mapping[str, Any]) -> Notebook:
    """Return the store that setting `store` names, for a notebook whose globals() are `names`.

    Raises:
        StoreError: There is no store.
    """
    store = open_existing(setting(names, "store", STORE))
    register_temporary(store)
    return Notebook(store, names)


def setting(names: Mapping[str, Any], name: str, default: str) -> str:
    """Return a widget's value on Databricks, else environment variable COLIKE_<NAME>'s.

    Args:
        names: The notebook's globals().
        name: The setting, in small letters.
        default: What it is unless the user sets it.
    """
    if "dbutils" not in names:
        return os.environ.get(f"COLIKE_{name.upper()}", default)
    widgets = names["dbutils"].widgets
    widgets.text(name, default)
    return str(widgets.get(name))


def _written(figure: go.Figure, name: str) -> Path:
    """Write a chart, with plotly.js once beside all of them; return its file."""
    folder = Path(os.environ.get("COLIKE_CHARTS", CHARTS))
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{name}.html"
    figure.write_html(file, include_plotlyjs="directory")
    return file
