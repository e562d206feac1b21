"""Descriptions: the text of an item that embedders read, made from the config's template."""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from jinja2 import TemplateSyntaxError, Undefined, meta
from jinja2.sandbox import SandboxedEnvironment

from colike.data.bounds import OutOfTimeError, bounded
from colike.errors import ConfigError, cause_of, clipped

Render = Callable[[str, Mapping[str, str], str | None], tuple[str, bool]]
#: What a template may take for an item: CPU time, memory; and what it may make.
SECONDS, MEMORY, MOST_CHARACTERS = 1.0, 256 * 2**20, 1_000_000
LONGEST_TITLE = 100
LONGEST_CAUSE = 300
SPACES = re.compile(r"\s+")
#: Controls, halves of surrogate pairs, and what only steers layout: soft hyphens, zero-width
#: spaces, directions, word joiners, byte order marks, fillers.
UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u115f\u1160\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ud800-\udfff\ufdd0-\ufdef\ufeff\uffa0\ufff9-\ufffb\ufffe\uffff]+"
)
JOINERS = re.compile("[\u200c\u200d\ufe00-\ufe0f]+")


def clean(text: str) -> str:
    r"""Return `text` without characters that nobody sees, and with single spaces.

    Letters beyond ASCII stay, unlike in the book (docs/method.md, Descriptions), and so do marks
    that are part of the spelling: joiners and non-joiners of Persian, Hindi and emoji, and tags of
    flags.

    >>> clean("Pok\u00e9mon\x00  \u200bis \n here ")
    'Pokémon is here'
    >>> ascii(clean("\u0645\u06cc\u200c\u062e"))
    "'\\u0645\\u06cc\\u200c\\u062e'"
    """
    seen = SPACES.sub(" ", UNSEEN.sub("", SPACES.sub(" ", text))).strip()
    # Joiners that join nothing are no text.
    return seen if JOINERS.sub("", seen) else ""


def renderer(template: str, attributes: list[str], max_synopsis_words: int) -> Render:
    """Return a function (title, attributes, synopsis) -> (description, synopsis was cut).

    The template sees `title`, `synopsis`, every attribute whose name is an identifier, and a
    mapping `attributes` with all of them; missing values are None. If the template renders to
    nothing, the description is the title.

    Raises:
        ConfigError: The template is not valid, or uses an unknown name; of the function, it fails
            for an item, or takes more than SECONDS, MEMORY or MOST_CHARACTERS.
    """
    environment = SandboxedEnvironment(autoescape=False, finalize=_written)
    # An item's description has to be the same tomorrow.
    del environment.filters["random"], environment.globals["lipsum"]
    known = {"title", "synopsis", "attributes", *attributes}
    with _one_sentence("descriptions.template cannot be read"):
        unknown = sorted(meta.find_undeclared_variables(environment.parse(template)) - known)
        compiled = environment.from_string(template)
    if unknown:
        raise ConfigError(
            f"descriptions.template uses {', '.join(unknown)}, which items do not have; it may use "
            f"{', '.join(sorted(known))}."
        )
    nothing: dict[str, str | None] = dict.fromkeys(attributes)

    def render(title: str, values: Mapping[str, str], synopsis: str | None) -> tuple[str, bool]:
        words = (synopsis or "").split(" ")
        cut = len(words) > max_synopsis_words
        short = " ".join(words[:max_synopsis_words])
        filled = {**nothing, **values}
        with _one_sentence(f"descriptions.template fails for {title[:LONGEST_TITLE]!r}"):
            text = compiled.render(**{**filled, "attributes": filled}, title=title, synopsis=short)
            if len(text) > MOST_CHARACTERS:
                raise ValueError(f"it makes {len(text):,} characters, and {MOST_CHARACTERS:,} do")
            return clean(text) or title, cut

    return render


def _written(value: Any) -> Any:
    """Return a value that a template writes; what has no text of its own writes its address."""
    if value is None or isinstance(value, Undefined | str | int | float | list | tuple | dict):
        return value
    raise TypeError(
        f"it writes a {type(value).__name__}, which is no text; call a function with (), and end a "
        "list with | join"
    )


@contextmanager
def _one_sentence(where: str) -> Iterator[None]:
    """Bound what is inside; whatever goes wrong there becomes a ConfigError of one sentence."""
    try:
        with bounded(SECONDS, MEMORY):
            yield
    except TemplateSyntaxError as error:
        raise ConfigError(
            f"descriptions.template, line {error.lineno}: {_cause(error)}; see Jinja2's syntax."
        ) from error
    except OutOfTimeError:
        raise ConfigError(f"{where}: it takes more than {SECONDS:g} s; make it simpler.") from None
    except MemoryError:
        size = f"{MEMORY // 2**20} MiB"
        raise ConfigError(f"{where}: it takes more than {size}; make it simpler.") from None
    except RecursionError:
        raise ConfigError(f"{where}: it is nested too deep; make it simpler.") from None
    except Exception as error:
        why = f"{_cause(error)} ({type(error).__name__})"
        raise ConfigError(f"{where}: {why}; correct the template.") from error


def _cause(error: Exception) -> str:
    return clipped(cause_of(error).rstrip("."), LONGEST_CAUSE)
