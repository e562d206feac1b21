"""Whether a store is as another one, whatever its past: table by table, items by their ids."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Any

import numpy as np
from pyspark.sql import SparkSession

from colike import columns as C
from colike.tables import IdTypes, Store, contracts
from colike.tables.damage import damages

from .nights import COMPARED

#: Tables that keep the rows of several runs; those of one run are compared.
OF_RUNS = ("evaluation", "quarantine")
#: By how much a figure may differ that was summed up in another order, of its value and at least.
#: EASE inverts a matrix of float32, whose rows are in the order of the items' numbers.
RELATIVE, ABSOLUTE = 1e-5, 1e-8
#: A row: what it says, with its figures left out, and the figures.
Row = tuple[str, tuple[float, ...]]


def opened(spark: SparkSession, folder: Path | str) -> Store:
    """Return the store in a folder, of which Delta has read nothing yet."""
    spark.sparkContext._jvm.org.apache.spark.sql.delta.DeltaLog.clearCache()
    return Store.open(spark, str(folder), IdTypes("bigint", "bigint"))


def damaged(store: Store) -> dict[str, str]:
    """Return the damaged tables of a store, each with what is wrong with it."""
    return {table: damage for table, damage in damages(store).items() if damage}


def rows_of(
    store: Store, tables: Iterable[str] = COMPARED, run_id: str | None = None
) -> dict[str, list[Row]]:
    """Return the rows of tables without what names the run, sorted.

    An item's number depends on when the item came, so rows have its id in the number's place.

    Args:
        store: The store.
        tables: The tables. Of published ones, those rows that analysts see.
        run_id: The run whose rows of evaluation and quarantine are meant.
    """
    ids = dict(store.read("items").select(C.ITEM_IDX, C.ITEM_ID).collect())
    assert sorted(ids) == list(range(len(ids)))
    return {table: _rows(store, table, run_id, ids) for table in tables}


def differing(
    store: Store, wanted: Mapping[str, list[Row]], run_id: str | None = None
) -> list[str]:
    """Return the tables whose rows are not those of `rows_of`, each with two rows that differ."""
    found = rows_of(store, wanted, run_id)
    told = []
    for table, rows in wanted.items():
        if not alike(found[table], rows):
            pairs = zip_longest(found[table], rows)
            ours, theirs = next(
                pair for pair in pairs if None in pair or not alike(pair[:1], pair[1:])
            )
            sizes = f"{len(found[table])} rows and not {len(rows)}"
            told.append(f"{table}, {sizes}: has {ours}, and not {theirs}")
    return told


def alike(rows: Sequence[Row], others: Sequence[Row]) -> bool:
    """Return whether sorted rows say the same, with figures that are equal but for rounding."""
    if [row[0] for row in rows] != [row[0] for row in others]:
        return False
    ours, theirs = ([figure for row in each for figure in row[1]] for each in (rows, others))
    return np.allclose(ours, theirs, RELATIVE, ABSOLUTE, equal_nan=True)


def _rows(store: Store, table: str, run_id: str | None, ids: Mapping[int, Any]) -> list[Row]:
    frame = store.read(table)
    if table.startswith("published_"):
        moves = store.read("champion_moves").orderBy(C.AT, ascending=False)
        frame = frame.where(frame[C.RUN_ID] == moves.first()[C.RUN_ID])
    if table in OF_RUNS:
        frame = frame.where(frame[C.RUN_ID] == run_id)
    columns = {column.name for column in contracts()[table].columns} - {C.RUN_ID, C.ITEM_IDX}
    numbered = {name for name in columns if table == "user_history" and name != C.USER_ID}
    rows = []
    for row in frame.select(*sorted(columns)).collect():
        values = row.asDict(recursive=True)
        values |= {name: sorted(ids[index] for index in values[name]) for name in numbered}
        rows.append(_row(values))
    return sorted(rows)


def _row(values: Mapping[str, Any]) -> Row:
    figures: list[float] = []

    def without_figures(value: Any) -> Any:
        if isinstance(value, float):
            figures.append(value)
            return "a figure"
        if isinstance(value, Mapping):
            return {key: without_figures(value[key]) for key in sorted(value)}
        return [without_figures(one) for one in value] if isinstance(value, list) else value

    return str(without_figures(values)), tuple(figures)
