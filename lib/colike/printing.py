"""The door to the terminal for plain text; tables go through `queries.output`, which uses it too.

Ids, titles and column names come from files that anybody may have written, and a terminal obeys
some characters instead of showing them: they move the cursor, hide text or turn it around.
"""

import re
import sys
from traceback import format_exception
from types import TracebackType
from typing import TextIO

#: Control characters (C0 but for tab and line feed, DEL, C1), separators of lines, what changes
#: the direction of writing, and halves of characters, which no stream can encode.
OBEYED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str) -> str:
    r"""Return a text in which what a terminal would obey is escaped.

    The escapes are those of JSON, so that JSON keeps its meaning.

    >>> print(printable("a\x1b[31mb\r\u202e"))
    a\u001b[31mb\u000d\u202e
    """
    return OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def say(text: str, stream: TextIO | None = None) -> None:
    """Print a text on a stream, which is standard output unless another is given."""
    print(printable(text), file=stream, flush=True)


def say_line(text: str, stream: TextIO | None = None) -> None:
    """Print a text as one line, whatever line feeds it has."""
    say(text.replace("\n", r"\u000a"), stream)


def say_error(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Print an error that nothing has caught as Python does; for `sys.excepthook`."""
    say("".join(format_exception(kind, error, trace)).rstrip("\n"), sys.stderr)
