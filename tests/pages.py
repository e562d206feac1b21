"""What pages in Markdown tell their readers to type, and what they say is printed."""

import re
import shlex
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"(?:\.venv/bin/)?colike (.*)")
SHELL = {">", "|", "&&", ";"}
SAID = "text"


def commands(block: str) -> list[list[str]]:
    """Return the words after `colike` of each of its command lines in a block of code."""
    lines = block.replace("\\\n", " ").splitlines()
    return [_words(found[1]) for line in lines if (found := COMMAND.match(line))]


def typed_on(page: Path) -> list[list[str]]:
    """Return the words of all command lines of a page."""
    return [
        words for _, block in BLOCK.findall(page.read_text("utf-8")) for words in commands(block)
    ]


def transcript(page: Path) -> list[tuple[list[str], str | None]]:
    """Return command lines in their order, the last of a block with the text that follows it."""
    blocks = [*BLOCK.findall(page.read_text("utf-8")), ("", "")]
    found: list[tuple[list[str], str | None]] = []
    for (_, block), (kind, after) in pairwise(blocks):
        if lines := commands(block):
            *first, last = lines
            found += [(words, None) for words in first]
            found.append((last, after if kind == SAID else None))
    return found


def _words(line: str) -> list[str]:
    words = shlex.split(line, comments=True)
    ends = [at for at, word in enumerate(words) if word in SHELL]
    return words[: ends[0]] if ends else words
