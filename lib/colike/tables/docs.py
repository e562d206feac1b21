"""Writes docs/tables.md from the contracts: `python -m colike.tables.docs > docs/tables.md`."""

import sys
from collections.abc import Iterable, Sequence

from colike.tables.contracts import Column, TableContract, contracts

HEAD = """# Tables

<!-- Generated from conf/tables by `python -m colike.tables.docs > docs/tables.md`; do not edit. -->

All tables are Delta tables. The types `user_id` and `item_id` stand for `bigint` or `string`, as
set in the config's section `data`.
"""


def page(tables: Iterable[TableContract]) -> str:
    """Return the page as Markdown: one section per table, in the order given."""
    return "\n".join([HEAD, *(section(table) for table in tables)])


def section(contract: TableContract) -> str:
    """Return a table's section: description, key, checks, and a row per column."""
    facts = [
        ("Grain", contract.grain),
        ("Primary key", _codes(contract.primary_key)),
        ("Clustered by", _codes(contract.clustering)),
        ("Freshness", contract.freshness),
        ("Owner", contract.owner),
        ("Checks", _codes(check.sql for check in contract.checks)),
    ]
    lines = [f"- {name}: {text}" for name, text in facts if text]
    columns = _table(("column", "type", "null", "meaning"), map(_cells, contract.columns))
    return "\n".join([f"## {contract.table}", "", contract.description, "", *lines, "", columns])


def _cells(column: Column) -> Sequence[str]:
    null = "yes" if column.nullable else "no"
    return (f"`{column.name}`", f"`{column.type}`", null, column.comment)


def _codes(texts: Iterable[str]) -> str:
    return ", ".join(f"`{text}`" for text in texts)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    every = [head, ["---"] * len(head), *rows]
    escaped = [[cell.replace("|", "\\|") for cell in row] for row in every]
    return "".join(f"| {' | '.join(row)} |\n" for row in escaped)


if __name__ == "__main__":
    sys.stdout.write(page(contracts().values()))
