"""Statements that change some of a table's rows.

They are SQL, for `DeltaTable.forName` takes no name with a catalog before the schema.
"""

from uuid import uuid4

from pyspark.sql import DataFrame

from colike.tables.contracts import contracts
from colike.tables.difference import CHANGE, DELETE
from colike.tables.location import in_backticks
from colike.tables.store import Store, quoted
from colike.tables.writes import Where


def merge_rows(store: Store, table: str, difference: DataFrame) -> None:
    """Change a table by what `row_difference` tells."""
    contract = contracts()[table]
    view = f"colike_difference_{uuid4().hex}"
    same_key = " AND ".join(
        f"t.{in_backticks(key)} = s.{in_backticks(key)}" for key in contract.primary_key
    )
    names = [in_backticks(column.name) for column in contract.columns]
    columns, values = ", ".join(names), ", ".join(f"s.{name}" for name in names)
    changed = ", ".join(f"t.{name} = s.{name}" for name in names)
    difference.createTempView(view)
    try:
        store.spark.sql(
            f"MERGE INTO {store.location.identifier(table)} AS t USING {view} AS s ON {same_key} "
            f"WHEN MATCHED AND s.{CHANGE} = '{DELETE}' THEN DELETE "
            f"WHEN MATCHED THEN UPDATE SET {changed} "
            f"WHEN NOT MATCHED THEN INSERT ({columns}) VALUES ({values})"
        )
    finally:
        store.spark.catalog.dropTempView(view)


def delete_all_but(store: Store, table: str, where: Where) -> None:
    """Delete the rows that have another value in one of these columns."""
    kept = condition(where)
    store.spark.sql(f"DELETE FROM {store.location.identifier(table)} WHERE NOT ({kept})")


def condition(where: Where) -> str:
    """Return as SQL that a row has one of these values in each column."""
    conditions = [
        f"{in_backticks(column)} IN ({', '.join(map(quoted, values))})" if values else "false"
        for column, values in where.items()
    ]
    return " AND ".join(conditions) or "true"
