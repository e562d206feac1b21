"""Writes a config for a data set, with a comment wherever the user should look."""

import json
import re
from importlib import resources
from typing import Any

from jinja2 import Environment, StrictUndefined

from colike.config.form import Column, File
from colike.data.guess.dataset import Found
from colike.data.guess.forms import Sample
from colike.printing import printable

TEMPLATE = "init/config.yml.j2"
#: What labels in a template have a space for.
UNSAID = re.compile(r"[^\w .,:;()&/+'!?*-]|_")
#: Keys of a file's form, in the order in which they are written.
FORM = ("separator", "encoding", "header", "quote", "escape")


def draft(found: Found) -> str:
    """Return the config as YAML."""
    environment = Environment(
        undefined=StrictUndefined, keep_trailing_newline=True, trim_blocks=True
    )
    environment.filters["yaml"] = _yaml
    environment.filters["form"] = _form
    environment.filters["label"] = label
    environment.filters["line"] = printable
    template = resources.files("colike.conf").joinpath(TEMPLATE).read_text("utf-8")
    return environment.from_string(template).render(
        found=found,
        roles=found.rating_roles,
        scale=found.scale,
        rating=_column(found.ratings, found.rating_roles.rating) if found.scale else None,
        column=_column,
        attributes=_attributes(found),
        duplicates=_duplicates(found),
    )


def _duplicates(found: Found) -> str | None:
    if found.scale is None or not found.repeats:
        return None
    return "latest" if found.rating_roles.time else "lowest"


def _attributes(found: Found) -> dict[str, Column | None]:
    """Return the columns of attributes, which are called like them, or `column 3`."""
    before = "" if found.items.form.header else "column "
    return {f"{before}{name}": _column(found.items, name) for name in found.attributes}


def _column(sample: Sample, name: str | None) -> Column | None:
    if name is None:
        return None
    return name if sample.form.header else int(name)


def _form(sample: Sample) -> dict[str, Any]:
    """Return the keys of a file's form that differ from their defaults."""
    usual = File(path="-")
    return {
        key: getattr(sample.form, key)
        for key in FORM
        if getattr(sample.form, key) != getattr(usual, key)
    }


def label(name: str) -> str:
    """Return a column's name as a template may have it, where braces would be obeyed.

    >>> label("IMDb_rating {% raw %}")
    'IMDb rating raw'
    """
    return " ".join(UNSAID.sub(" ", name).split())


def _yaml(value: Any) -> str:
    """Return a value as YAML on one line; JSON is YAML, but for some ends of lines."""
    return printable(json.dumps(value, ensure_ascii=False))
