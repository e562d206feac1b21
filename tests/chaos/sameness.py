"""Whether a store is as another one, whatever its past: table by table, items by their ids."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession

from colike import columns as C
from colike.tables import IdTypes, Store, contracts
from colike.tables.damage import damages

from .nights import COMPARED

#: Tables that keep the rows of several runs; those of one run are compared.
OF_RUNS = ("evaluation", "quarantine")
#: Digits that do not depend on the order in which a figure was summed up, and decimals, for a
#: difference of equal sums is not always 0.
DIGITS, DECIMALS = 9, 12


def opened(spark: SparkSession, folder: Path | str) -> Store:
    """Return the store in a folder, of which Delta has read nothing yet."""
    spark.sparkContext._jvm.org.apache.spark.sql.delta.DeltaLog.clearCache()
    return Store.open(spark, str(folder), IdTypes("bigint", "bigint"))


def damaged(store: Store) -> dict[str, str]:
    """Return the damaged tables of a store, each with what is wrong with it."""
    return {table: damage for table, damage in damages(store).items() if damage}


def rows_of(
    store: Store, tables: Iterable[str] = COMPARED, run_id: str | None = None
) -> dict[str, list[str]]:
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
    store: Store, wanted: Mapping[str, list[str]], run_id: str | None = None
) -> list[str]:
    """Return the tables whose rows are not those of `rows_of`, each with two rows that differ."""
    found = rows_of(store, wanted, run_id)
    told = []
    for table, rows in wanted.items():
        if found[table] != rows:
            more, missing = set(found[table]) - set(rows), set(rows) - set(found[table])
            sample = f"has {min(more, default='-')}, lacks {min(missing, default='-')}"
            told.append(f"{table}, {len(found[table])} rows and not {len(rows)}: {sample}")
    return told


def _rows(store: Store, table: str, run_id: str | None, ids: Mapping[int, Any]) -> list[str]:
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
        rows.append(str(_plain(values)))
    return sorted(rows)


def _plain(value: Any) -> Any:
    """Return a value as it prints alike: maps sorted by their keys, figures without last digits."""
    if isinstance(value, float):
        return f"{round(value, DECIMALS) + 0.0:.{DIGITS}g}"
    if isinstance(value, Mapping):
        return {key: _plain(value[key]) for key in sorted(value)}
    return [_plain(one) for one in value] if isinstance(value, list) else value
