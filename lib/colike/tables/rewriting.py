"""Tables made again without their past: Delta keeps rows that were deleted in old files.

Old versions, the change feed and the log's statistics all go with the old table.
"""

from pyspark.sql import DataFrame

from colike.errors import StoreError
from colike.tables.contracts import contracts
from colike.tables.state import id_of, signed
from colike.tables.store import Store, ddl


def rewrite(store: Store, table: str, rows: DataFrame) -> None:
    """Put a new table with these rows of a table in its place, and remove the old one.

    A kill in between leaves one of the two in place, or the new one under its other name: then
    `resume` puts it in place. What a kill left of an old one is removed first: it has the rows that
    were to go, and its name is needed.

    Args:
        store: The store, which has to be held.
        table: The table.
        rows: Rows of it, their runs included.
    """
    location, spark, contract = store.location, store.spark, contracts()[table]
    new, old = _new(table), f"{table}_old"
    for left in (new, old):
        location.drop(spark, left)
    identifier = location.identifier(new)
    # The rows are old ones, which may break a newer check; the next write lets Delta enforce them.
    spark.sql(ddl(contract.model_copy(update={"checks": []}), identifier, store.ids))
    formed = contract.conform(contract.filled(rows, store.ids), store.ids)
    with signed(spark, id_of(spark, identifier)):
        formed.writeTo(identifier).append()
    location.set_aside(spark, table, old)
    location.set_aside(spark, new, table)
    location.drop(spark, old)


def resume(store: Store, table: str) -> None:
    """Put a table that was written again, and is not in its place yet, there."""
    if not store.exists(table) and store.location.has(store.spark, _new(table)):
        store.location.set_aside(store.spark, _new(table), table)


def require_in_place(store: Store, table: str) -> None:
    """Refuse to create a table whose rows are still under the name it was rewritten to.

    Raises:
        StoreError: A `rewrite` of the table was killed before it had put it in its place.
    """
    if store.location.has(store.spark, _new(table)):
        raise StoreError(
            f"Table {table} of store {store.location.name} was being written again without a "
            "person when `colike forget` was killed, and is not in its place yet; run the same "
            "`colike forget USER` again."
        )


def _new(table: str) -> str:
    return f"{table}_new"
