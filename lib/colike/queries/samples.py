"""The analysts' questions of conf/samples: one sentence each, and the SQL that answers it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from colike.errors import LookupFailedError

COMMENT = "-- "


@dataclass(frozen=True)
class Sample:
    """A question over views; `sql` is the whole file."""

    name: str
    question: str
    sql: str


@cache
def samples() -> Mapping[str, Sample]:
    """Return the questions of conf/samples by the names of their files."""
    folder = resources.files("colike.conf").joinpath("samples")
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".sql")), key=str)
    found = (_sample(file.name.removesuffix(".sql"), file.read_text("utf-8")) for file in files)
    return {sample.name: sample for sample in found}


def sample_named(name: str) -> Sample:
    """Return a question by its name.

    Raises:
        LookupFailedError: There is none of that name; the message lists all.
    """
    if name not in samples():
        raise LookupFailedError(
            f"There is no sample question {name!r}; conf/samples has {', '.join(samples())}."
        )
    return samples()[name]


def _sample(name: str, sql: str) -> Sample:
    return Sample(name, sql.partition("\n")[0].removeprefix(COMMENT), sql)
