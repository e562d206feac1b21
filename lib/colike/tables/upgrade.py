"""Brings a table that an earlier release made into the form of its contract, rows included."""

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from colike.errors import StoreError
from colike.tables.contracts import contracts
from colike.tables.state import id_of, signed
from colike.tables.store import CONSTRAINT, Store

#: What Delta says of a constraint that rows of the table break.
VIOLATED = "violate the new CHECK constraint"


@dataclass(frozen=True)
class Constraints:
    """Whether a table's constraints were changed, and the checks that its rows break."""

    changed: bool
    unmet: Sequence[str] = ()


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
    with signed(store.spark, id_of(store.spark, name)):
        store.location.save(writer, table)
    return True


def enforced(store: Store, table: str) -> Constraints:
    """Let Delta enforce the checks of a table's contract as they are now.

    Delta reads the table once for each check that it did not enforce. Checks that its rows break
    it cannot enforce.
    """
    contract, name = contracts()[table], store.location.identifier(table)
    if not contract.checks:
        return Constraints(changed=False)
    properties = store.spark.sql(f"SHOW TBLPROPERTIES {name}").collect()
    there = {row.key.removeprefix(CONSTRAINT): row.value for row in properties}
    wanted = contract.constraints
    names = [check.name for check in contract.checks]
    others = [one for one in names if _compact(there.get(one)) != _compact(wanted.get(one))]
    for check in others:
        if check in there:
            store.spark.sql(f"ALTER TABLE {name} DROP CONSTRAINT {check}")
    new = {check: wanted[check] for check in others if check in wanted}
    unmet = [check for check, sql in new.items() if not _add(store, name, check, sql)]
    return Constraints(bool(others), unmet)


def _compact(sql: str | None) -> str:
    """Return a condition without spaces, of which Delta puts one between all words and signs."""
    return "".join((sql or "").split())


def _add(store: Store, name: str, check: str, sql: str) -> bool:
    """Let Delta enforce a check; return False if rows of the table break it."""
    try:
        store.spark.sql(f"ALTER TABLE {name} ADD CONSTRAINT {check} CHECK ({sql})")
    except Exception as error:
        if VIOLATED not in str(error):
            raise
        return False
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
