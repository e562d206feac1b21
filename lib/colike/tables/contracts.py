"""Table contracts: DDL, documentation and checks of a table all come from one YAML file."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict
from pyspark.sql import Column as SqlColumn
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import (
    ArrayType,
    BinaryType,
    BooleanType,
    ByteType,
    DataType,
    DoubleType,
    FloatType,
    IntegerType,
    LongType,
    MapType,
    StringType,
    StructField,
    StructType,
    TimestampType,
)

from colike import columns as C
from colike.config.files import IdType
from colike.errors import SchemaError

ATOMIC: dict[str, DataType] = {
    "string": StringType(),
    "boolean": BooleanType(),
    "tinyint": ByteType(),
    "int": IntegerType(),
    "bigint": LongType(),
    "float": FloatType(),
    "double": DoubleType(),
    "timestamp": TimestampType(),
    "binary": BinaryType(),
}


@dataclass(frozen=True)
class IdTypes:
    """SQL types of the data set's ids, which replace `user_id` and `item_id` in contracts."""

    user_id: IdType
    item_id: IdType

    @staticmethod
    def of(schema: StructType) -> "IdTypes":
        """Return the types that the ids of a table of users and items have."""

        def kind(name: str) -> IdType:
            return "bigint" if isinstance(schema[name].dataType, LongType) else "string"

        return IdTypes(kind(C.USER_ID), kind(C.ITEM_ID))


class Column(BaseModel):
    """A column; the types `user_id` and `item_id` stand for the data set's id types."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str
    type: str
    nullable: bool
    comment: str


class Check(BaseModel):
    """A SQL condition on every row; a row for which it is null breaks it, as Delta has it.

    Rows that break a check of severity `fail` are refused by Delta. Those that break one of
    severity `warn` are written: such rows are odd, and not wrong.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str
    sql: str
    severity: Literal["fail", "warn"] = "fail"

    @property
    def broken(self) -> SqlColumn:
        """Whether a row breaks the check."""
        return ~F.coalesce(F.expr(self.sql), F.lit(False))


class TableContract(BaseModel):
    """A table as a documented product."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    table: str
    description: str
    grain: str
    primary_key: list[str]
    owner: str
    freshness: Literal["nightly", "per run", "append only"]
    #: Columns that rows are clustered by in files. Delta keeps each file's minimum and maximum of
    #: these only, so that queries by them skip files; if there are none, it keeps those of all.
    clustering: list[str]
    #: Whether Delta records the changes between versions, for jobs that process only those.
    change_feed: bool = False
    #: What is lost with the rows, where nothing can make them again.
    only_here: str = ""
    checks: list[Check]
    columns: list[Column]

    @property
    def constraints(self) -> dict[str, str]:
        """The checks that Delta enforces: their SQL by name."""
        return {check.name: check.sql for check in self.checks if check.severity == "fail"}

    def spark_schema(self, ids: IdTypes) -> StructType:
        """Return the Spark schema with comments, for the data set's id types."""
        fields = [
            StructField(
                column.name,
                parse_type(column.type, ids),
                column.nullable,
                {"comment": column.comment},
            )
            for column in self.columns
        ]
        return StructType(fields)

    def filled(self, frame: DataFrame, ids: IdTypes) -> DataFrame:
        """Return rows of an earlier release with null in the columns that it did not have."""
        missing = [field for field in self.spark_schema(ids) if field.name not in frame.columns]
        return frame.withColumns({f.name: F.lit(None).cast(f.dataType) for f in missing})

    def conform(self, frame: DataFrame, ids: IdTypes) -> DataFrame:
        """Return `frame` with exactly the contract's columns, in their order.

        Raises:
            SchemaError: A column is missing, unknown, or of another type.
        """
        wanted = {field.name: field.dataType for field in self.spark_schema(ids)}
        given = {field.name: field.dataType for field in frame.schema}
        problems = list(_differences(wanted, given))
        if problems:
            raise SchemaError(
                f"Rows for table {self.table} do not match conf/tables/{self.table}.yml: "
                f"{'; '.join(problems)}. Change the transform or the contract."
            )
        return frame.select(*(F.col(name) for name in wanted))


def parse_type(text: str, ids: IdTypes) -> DataType:
    """Return the Spark type that `text` names; ids stand for the data set's id types.

    Contracts use atomic types, arrays and maps of these, and structs of atomic types. (Spark's
    own parser of type names became public only in 4.0, and needs a session.)

    >>> parse_type("array<struct<item_id: item_id, part: double>>", IdTypes("bigint", "string"))
    ArrayType(StructType([StructField('item_id', StringType(), True), \
StructField('part', DoubleType(), True)]), True)
    """
    outer, _, inner = text.strip().removesuffix(">").partition("<")
    if outer == "array":
        return ArrayType(parse_type(inner, ids))
    if outer == "map":
        key, value = inner.split(",", 1)
        return MapType(parse_type(key, ids), parse_type(value, ids))
    if outer == "struct":
        fields = [field.split(":") for field in inner.split(",")]
        return StructType([StructField(name.strip(), parse_type(of, ids)) for name, of in fields])
    return ATOMIC[{"user_id": ids.user_id, "item_id": ids.item_id}.get(outer, outer)]


def _differences(wanted: dict[str, DataType], given: dict[str, DataType]) -> Iterator[str]:
    for name, data_type in wanted.items():
        if name not in given:
            yield f"column {name} is missing"
        # simpleString ignores nullability inside arrays, which makes no difference here.
        elif given[name].simpleString() != data_type.simpleString():
            yield f"column {name} is {given[name].simpleString()}, not {data_type.simpleString()}"
    for name in given:
        if name not in wanted:
            yield f"column {name} is unknown"


@cache
def contracts() -> dict[str, TableContract]:
    """Return all contracts of conf/tables by table name."""
    folder = resources.files("colike.conf").joinpath("tables")
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".yml")), key=str)
    found = [
        TableContract.model_validate(yaml.safe_load(file.read_text("utf-8"))) for file in files
    ]
    return {contract.table: contract for contract in found}
