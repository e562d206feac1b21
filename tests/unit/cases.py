"""How many cases a fuzz test generates, and what each of them may take."""

from collections.abc import Iterator
from contextlib import contextmanager

from hypothesis import HealthCheck, settings

from colike.data.bounds import bounded
from colike.errors import ColikeError

SECONDS, MEMORY = 5.0, 2**29
IS_CHAOS = settings.get_current_profile_name() == "chaos"
#: The same cases each time, so that a change alone can fail a test; chaos draws others by its seed.
FUZZED = settings(
    max_examples=20_000 if IS_CHAOS else 500,
    derandomize=not IS_CHAOS,
    deadline=None,
    suppress_health_check=[*HealthCheck],
)


@contextmanager
def one_sentence(errors: list[str]) -> Iterator[None]:
    """Let what is inside work, or raise a ColikeError of one short line, which is appended."""
    try:
        with bounded(SECONDS, MEMORY):
            yield
    except ColikeError as error:
        text = str(error)
        assert text.isprintable(), text
        assert 10 < len(text) < 1100
        errors.append(text)
