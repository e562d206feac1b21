"""Brings a table that an earlier release made into the form of its contract, rows included."""

from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from colike.errors import StoreError
from colike.tables.contracts import contracts
from colike.tables.store import Store


def upgraded(store: Store, table: str) -> bool:
    """Give a table the columns of its contract; return whether it had others.

    New columns that may be null are added. Where a column is gone, the rows are written again in
    the form of the contract; Delta keeps the old version.

    Raises:
        StoreError: A column has another type, or the old rows lack one that must not be null.
    """
    name = store.location.identifier(table)
    wanted = contracts()[table].spark_schema(store.ids)
    old = store.read(table)
    if old.schema.names == wanted.names and not _other_types(old.schema, wanted):
        return False
    _require_fit(store, table, old.schema, wanted)
    if set(old.schema.names) <= set(wanted.names):
        missing = [field for field in wanted if field.name not in old.schema.names]
        if missing:
            columns = ", ".join(f"`{f.name}` {f.dataType.simpleString()}" for f in missing)
            store.spark.sql(f"ALTER TABLE {name} ADD COLUMNS ({columns})")
        return bool(missing)
    formed = [F.col(field.name).alias(field.name, metadata=field.metadata) for field in wanted]
    rows = contracts()[table].filled(old, store.ids).localCheckpoint().select(*formed)
    writer = rows.write.format("delta").mode("overwrite").option("overwriteSchema", "true")
    store.location.save(writer, table)
    return True


def _other_types(old: StructType, wanted: StructType) -> list[str]:
    types = {field.name: field.dataType.simpleString() for field in old}
    return [
        f"{field.name} is {types[field.name]}, not {field.dataType.simpleString()}"
        for field in wanted
        if types.get(field.name, field.dataType.simpleString()) != field.dataType.simpleString()
    ]


def _require_fit(store: Store, table: str, old: StructType, wanted: StructType) -> None:
    problems = _other_types(old, wanted)
    problems += [
        f"{field.name} is missing"
        for field in wanted
        if not field.nullable and field.name not in old.names
    ]
    if problems:
        raise StoreError(
            f"Table {table} of store {store.location.name} has another form than this release "
            f"writes: {'; '.join(problems)}. Give another --store, or remove the table's folder "
            "so that it is made again."
        )
