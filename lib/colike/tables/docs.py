"""Writes docs/tables.md: `python -m colike.tables.docs > docs/tables.md`."""

import sys
from collections.abc import Iterable, Sequence

from colike.tables.contracts import Check, Column, TableContract, contracts
from colike.tables.view_files import View, views

HEAD = """# Tables and views

<!-- Generated from conf/ by `python -m colike.tables.docs > docs/tables.md`; do not edit. -->

Analysts start from the [views](#views), at the end; [sql.md](sql.md) says how to reach them.
All tables are Delta tables. The types `user_id` and `item_id` stand for `bigint` or `string`, as
set in the config's section `data`.
"""


def page(tables: Iterable[TableContract], shown: Iterable[View]) -> str:
    """Return the page as Markdown: one section per table, then per view, in the order given."""
    sections = [section(table) for table in tables]
    return "\n".join([HEAD, *sections, "# Views", "", *(view_section(view) for view in shown)])


def view_section(view: View) -> str:
    """Return a view's section: what it answers, its grain, and a row per column."""
    facts = [
        ("Grain", view.grain),
        ("Freshness", view.freshness),
        ("Owner", view.owner),
    ]
    lines = [f"- {name}: {text}" for name, text in facts]
    columns = _table(
        ("column", "meaning"), ((f"`{name}`", text) for name, text in view.columns.items())
    )
    head = [f"## {view.name}", "", f"{view.question} {view.description}", ""]
    return "\n".join([*head, *lines, "", columns])


def section(contract: TableContract) -> str:
    """Return a table's section: description, key, checks, and a row per column."""
    facts = [
        ("Grain", contract.grain),
        ("Primary key", _codes(contract.primary_key)),
        ("Clustered by", _codes(contract.clustering)),
        ("Freshness", contract.freshness),
        ("Owner", contract.owner),
        ("Only here", contract.only_here),
        ("Checks", ", ".join(map(_check, contract.checks))),
    ]
    lines = [f"- {name}: {text}" for name, text in facts if text]
    columns = _table(("column", "type", "null", "meaning"), map(_cells, contract.columns))
    return "\n".join([f"## {contract.table}", "", contract.description, "", *lines, "", columns])


def _check(check: Check) -> str:
    """Return a check's name and condition, and its severity where a breach stops nothing."""
    severity = "" if check.severity == "fail" else f" ({check.severity})"
    return f"`{check.name}`{severity}: `{check.sql}`"


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
    sys.stdout.write(page(contracts().values(), views().values()))
