"""YAML as YAML 1.2 has it: what is no number, true, false or null stays the text that it is.

YAML 1.1, PyYAML's own, reads 0425176401 as octal, 12:30 as seconds, NO as false and 2001-01-01 as a
date: ids would change without a word.

What a text may cost is bounded before anything is built: the size of what aliases stand for, how
deep it is, and no tags but `!!str`, since others make objects or fail in ways of their own.
"""

import re
from dataclasses import dataclass, replace
from typing import Any

import yaml

from colike.errors import cause_of

NULL = re.compile(r"^(?:~|null|Null|NULL|)$")
BOOL = re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$")
INT = re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$")
FLOAT = re.compile(
    r"^(?:[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)\.[0-9]*)(?:[eE][-+]?[0-9]+)?"
    r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$"
)
DIGITS = "-+0123456789"
#: Bounds of a text: characters, nodes with those that aliases stand for, levels, digits.
MOST_CHARACTERS, MOST_NODES, MOST_LEVELS, MOST_DIGITS = 1_000_000, 100_000, 30, 40
TEXT_TAG = "tag:yaml.org,2002:str"
RESOLVERS = (
    ("null", NULL, ["~", "n", "N", ""]),
    ("bool", BOOL, list("tTfF")),
    ("int", INT, list(DIGITS)),
    ("float", FLOAT, list(DIGITS + ".")),
    ("merge", re.compile(r"^<<$"), ["<"]),
)


class Loader(yaml.CSafeLoader):
    """PyYAML's safe loader with the types of YAML 1.2, and each key once.

    It is the one with libyaml, which reads ten times as fast. Of two equal keys PyYAML would
    silently keep the last.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Return the mapping; raises MarkedYAMLError for a key that stands twice, or is no text."""
        keys: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _refused("a key has to be plain text", key.start_mark)
            if key.value in keys:
                raise _refused(f"the key `{key.value}` stands twice in one mapping", key.start_mark)
            keys.add(key.value)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping


Loader.yaml_implicit_resolvers = {}
for name, pattern, first in RESOLVERS:
    Loader.add_implicit_resolver(f"tag:yaml.org,2002:{name}", pattern, first)


def parse(text: str) -> Any:
    """Return what a YAML text holds; raises yaml.YAMLError, also for one that is out of bounds."""
    if len(text) > MOST_CHARACTERS:
        raise yaml.YAMLError(f"it has more than {MOST_CHARACTERS:,} characters")
    try:
        _require_bounded(text)
        return yaml.load(text, Loader)
    except UnicodeEncodeError:
        raise yaml.YAMLError("it has a character that UTF-8 does not have") from None


def fault_of(error: yaml.YAMLError) -> str:
    """Return what is wrong, and in which line; never the text itself, which may be a secret."""
    mark = getattr(error, "problem_mark", None)
    told = [getattr(error, name, None) for name in ("context", "problem")]
    text = ", ".join(each for each in told if each) or cause_of(error)
    return f"line {mark.line + 1}: {text}" if mark is not None else text


@dataclass
class _Node:
    """A node whose end is not read yet: its anchor, the nodes in it, and the levels below it."""

    anchor: str | None
    nodes: int = 1
    levels: int = 1

    def take(self, other: "_Node") -> None:
        self.nodes += other.nodes
        self.levels = max(self.levels, other.levels + 1)


def _require_bounded(text: str) -> None:
    """Read a text to its end without building it; raises MarkedYAMLError if it is out of bounds."""
    above: list[_Node] = []
    anchored: dict[str, _Node] = {}
    for event in yaml.parse(text, Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            _require_plain(event)
            _require_small(_Node(event.anchor), above, event)
            above.append(_Node(event.anchor))
            continue
        if isinstance(event, yaml.CollectionEndEvent):
            node = above.pop()
        elif isinstance(event, yaml.ScalarEvent):
            _require_plain(event)
            node = _Node(event.anchor)
        elif isinstance(event, yaml.AliasEvent):
            if event.anchor not in anchored:
                raise _refused(f"*{event.anchor} is of nothing that stands above it", event)
            node = replace(anchored[event.anchor], anchor=None)
        else:
            continue
        if node.anchor is not None:
            anchored[node.anchor] = node
        if above:
            above[-1].take(node)
        _require_small(node, above, event)


def _require_plain(event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
    if event.tag not in (None, "!", TEXT_TAG):
        raise _refused("tags other than !!str mean nothing here; leave it out", event)
    if not isinstance(event, yaml.ScalarEvent) or event.style or event.tag is not None:
        return
    if len(event.value) > MOST_DIGITS and INT.match(event.value):
        raise _refused(f"a number has more than {MOST_DIGITS} digits; put text in quotes", event)


def _require_small(node: _Node, above: list[_Node], event: yaml.Event) -> None:
    if len(above) + node.levels > MOST_LEVELS:
        raise _refused(f"it is nested more than {MOST_LEVELS} levels deep", event)
    if max([node.nodes, *(each.nodes for each in above)]) > MOST_NODES:
        raise _refused(f"it holds more than {MOST_NODES:,} values, aliases spelt out", event)


def _refused(problem: str, at: Any) -> yaml.MarkedYAMLError:
    """Return the error of a place, which is a mark or an event."""
    return yaml.MarkedYAMLError(problem=problem, problem_mark=getattr(at, "start_mark", at))
