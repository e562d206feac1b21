"""Column names stand in colike.columns, once: contracts and code cannot drift apart."""

import ast
from pathlib import Path

import pytest

from colike import columns
from colike.tables import contracts

ROOT = Path(__file__).parents[2]
NAMES = {column.name for contract in contracts().values() for column in contract.columns}
CONSTANTS = {value for name, value in vars(columns).items() if name.isupper()}
# Calls whose literals are columns; `F.lit("train")` or `read("items")` are not.
TAKE_COLUMNS = {
    "col", "alias", "withColumn", "withColumnRenamed", "select", "groupBy", "orderBy", "drop",
    "size", "concat", "agg", "sum", "max", "min", "avg", "max_by", "desc", "explode", "column",
    "partitionBy", "sortWithinPartitions", "array_contains", "xxhash64",
}  # fmt: skip
FILES = sorted([*(ROOT / "lib" / "colike").rglob("*.py"), *(ROOT / "jobs").glob("*.py")])


def literals(file):
    """Each contract column that a call or a look-up names by a literal."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        places = []
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in TAKE_COLUMNS:
            places = node.args
        elif isinstance(node, ast.Subscript) and getattr(node.value, "id", "") == "row":
            places = [node.slice]
        for place in places:
            if isinstance(place, ast.Constant) and place.value in NAMES:
                yield f"line {place.lineno}: {place.value}"


def test_every_column_of_a_contract_has_its_constant():
    assert NAMES <= CONSTANTS


@pytest.mark.parametrize("file", FILES, ids=[str(file.relative_to(ROOT)) for file in FILES])
def test_no_literal_stands_beside_a_columns_constant(file):
    assert list(literals(file)) == []
