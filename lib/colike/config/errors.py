"""Turns pydantic's findings into one sentence: file, path, what is wrong, what is allowed."""

import dataclasses
import difflib
from collections.abc import Mapping
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from colike.config.models import Config
from colike.config.secrets import concealed
from colike.errors import ConfigError, clipped

#: Characters of a sentence, which may quote keys and values of any length.
LONGEST = 1000


def config_error(error: ValidationError, origins: Mapping[str, str], file: str) -> ConfigError:
    """Return a `ConfigError` for the first of pydantic's findings.

    Args:
        error: What validation of the merged layers found.
        origins: The layer (file or override) that set each dotted path.
        file: The data set's file, named where no layer set the path.
    """
    finding = error.errors()[0]
    # pydantic marks a key of a free mapping, as against its value, with a last part of its own.
    path = [str(part) for part in finding["loc"] if part != "[key]"]
    dotted = ".".join(path)
    where = f"{_origin(path, origins) or file}: {dotted}" if path else file
    more = f" ({error.error_count() - 1} more findings)" if error.error_count() > 1 else ""
    return ConfigError(f"{where}: {_sentence(finding, path)}{more}")


def shown(error: ConfigError) -> str:
    """Return an error's sentence on one line, without secrets; of a long one, both its ends."""
    text = clipped(concealed(str(error)), LONGEST)
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)


def _sentence(finding: Any, path: list[str]) -> str:
    if finding["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
        allowed = allowed_keys(path[:-1])
        close = difflib.get_close_matches(path[-1], allowed, n=1)
        hint = f"did you mean {close[0]!r}? " if close else ""
        return f"unknown key; {hint}allowed here: {', '.join(allowed)}."
    if finding["type"] == "missing":
        return "this key is missing; add it."
    if finding["type"] == "string_pattern_mismatch":
        return (
            f"{finding.get('input')!r} is not a name: use at most 80 letters, digits, dots, "
            "hyphens and underscores, beginning with a letter or digit."
        )
    if finding["type"] == "too_short":
        return "it is empty; name at least one."
    message = str(finding["msg"]).removeprefix("Value error, ")
    given = "" if finding["type"] == "value_error" else f", not {finding.get('input')!r}"
    return f"{message}{given}."


def _origin(path: list[str], origins: Mapping[str, str]) -> str | None:
    for end in range(len(path), 0, -1):
        name = origins.get(".".join(path[:end]))
        if name is not None:
            return name
    return None


def allowed_keys(path: list[str]) -> list[str]:
    """Return the keys that the config allows under `path`, sorted; none for free mappings."""
    current: Any = Config
    for part in path:
        current = _below(current, part)
    return [] if get_origin(current) is dict else sorted(_section_fields(current))


def _below(annotation: Any, part: str) -> Any:
    """Every key of a free mapping stands for its values' type."""
    if get_origin(annotation) is dict:
        return get_args(annotation)[1]
    return _section_fields(annotation).get(part)


def _section_fields(annotation: Any) -> dict[str, Any]:
    """Return the fields of a section, or of the one in a union such as `Section | None`."""
    found = (_fields(option) for option in (annotation, *get_args(annotation)))
    return next(filter(None, found), {})


def _fields(model: Any) -> dict[str, Any]:
    if isinstance(model, type) and issubclass(model, BaseModel):
        return {name: field.annotation for name, field in model.model_fields.items()}
    if dataclasses.is_dataclass(model):
        return {field.name: field.type for field in dataclasses.fields(model)}
    return {}
