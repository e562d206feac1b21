"""The views of conf/views: what each answers, what its columns are, and its query.

A file begins with comments: what the view is, `Question:`, `Grain:`, `Owner:` and `Freshness:`, and
then a line `name: meaning` for each column in order.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from colike.errors import SchemaError

FACT = re.compile(r"(\w+): (.+)")
FACTS = ("Question", "Grain", "Owner", "Freshness")


@dataclass(frozen=True)
class View:
    """A view as its file has it; `columns` has the meaning of each column by its name."""

    name: str
    description: str
    question: str
    grain: str
    owner: str
    freshness: str
    columns: Mapping[str, str]
    select: str


@cache
def views() -> Mapping[str, View]:
    """Return the views of conf/views by name.

    Raises:
        SchemaError: A file does not begin as it should.
    """
    folder = resources.files("colike.conf").joinpath("views")
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".sql")), key=str)
    found = (parsed(file.name.removesuffix(".sql"), file.read_text("utf-8")) for file in files)
    return {view.name: view for view in found}


def parsed(name: str, text: str) -> View:
    """Return the view of a file's text.

    Raises:
        SchemaError: A fact is missing.
    """
    lines = text.strip().splitlines()
    head = [line.removeprefix("-- ") for line in lines if line.startswith("-- ")]
    first = next((at for at, line in enumerate(head) if FACT.fullmatch(line)), len(head))
    facts = (FACT.fullmatch(line) for line in head[first:])
    told = {fact[1]: fact[2] for fact in facts if fact is not None}
    missing = [fact for fact in FACTS if fact not in told]
    if missing or not first:
        raise SchemaError(
            f"conf/views/{name}.sql: its comments lack {', '.join(missing) or 'what it is'}; write "
            "a line for each before the columns."
        )
    question, grain, owner, freshness = (told.pop(fact) for fact in FACTS)
    select = "\n".join(line for line in lines if not line.startswith("--")).strip()
    description = " ".join(head[:first])
    return View(name, description, question, grain, owner, freshness, told, select)
