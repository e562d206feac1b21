"""YAML as YAML 1.2 has it: what is no number, true, false or null stays the text that it is.

YAML 1.1, PyYAML's own, reads 0425176401 as octal, 12:30 as seconds, NO as false and 2001-01-01 as a
date: ids would change without a word.
"""

import re
from typing import Any

import yaml

NULL = re.compile(r"^(?:~|null|Null|NULL|)$")
BOOL = re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$")
INT = re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$")
FLOAT = re.compile(
    r"^(?:[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)\.[0-9]*)(?:[eE][-+]?[0-9]+)?"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$"
)
DIGITS = "-+0123456789"
RESOLVERS = (
    ("null", NULL, ["~", "n", "N", ""]),
    ("bool", BOOL, list("tTfF")),
    ("int", INT, list(DIGITS)),
    ("float", FLOAT, list(DIGITS + ".")),
    ("merge", re.compile(r"^<<$"), ["<"]),
)


class Loader(yaml.SafeLoader):
    """PyYAML's safe loader with the types of YAML 1.2, and each key once.

    Of two equal keys PyYAML would silently keep the last.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Return the mapping; raises ConstructorError for a key that stands twice."""
        keys: set[str] = set()
        for key, _ in node.value:
            if key.value in keys:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key `{key.value}` stands twice in one mapping", key.start_mark
                )
            keys.add(key.value)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping


Loader.yaml_implicit_resolvers = {}
for name, pattern, first in RESOLVERS:
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{name}", pattern, first)


def parse(text: str) -> Any:
    """Return what a YAML text holds; raises yaml.YAMLError."""
    return yaml.load(text, Loader)
