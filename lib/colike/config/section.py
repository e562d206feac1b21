"""What every section of the config is made of."""

import re
from collections.abc import Sequence
from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from colike.snapshot.settings import LARGEST

Value = TypeVar("Value")
Values = TypeVar("Values", bound=Sequence[object])
CONTROLS = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


def distinct(values: Values) -> Values:
    """Return values of which no two are equal; raises ValueError otherwise."""
    twice = sorted({str(value) for value in values if values.count(value) > 1})
    if twice:
        raise ValueError(f"{', '.join(twice)} stands there twice; name each once")
    return values


def seen(text: str) -> str:
    """Return a text that says something; raises ValueError for one that cannot be read."""
    if not text.strip():
        raise ValueError(f"{text!r} says nothing; give a text, or leave the key out")
    if CONTROLS.search(text):
        raise ValueError(f"{text!r} has a character that nobody sees; take it out")
    return text


def _spark_name(name: str) -> str:
    if re.fullmatch(r"spark\.[\w.-]+", name) is None:
        raise ValueError(f"{name!r} is no setting of Spark; their names begin with `spark.`")
    return name


SparkName = Annotated[str, AfterValidator(_spark_name)]
Share = Annotated[float, Field(ge=0, le=1)]
#: A share that leaves something for the others.
SharePart = Annotated[float, Field(ge=0, lt=1)]
Positive = Annotated[int, Field(gt=0, le=LARGEST)]
NotNegative = Annotated[int, Field(ge=0, le=LARGEST)]
Seed = NotNegative
#: A text that says something: names of columns, paths, URIs.
Text = Annotated[str, AfterValidator(seen)]
#: A list without doubles.
Distinct = Annotated[list[Value], AfterValidator(distinct)]
#: What run ids and the names of data sets and embedders look like: they become parts of paths.
NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}"
Name = Annotated[str, Field(pattern=f"^{NAME}$")]
#: Names in table evaluation that are no sources: what every leaderboard is held against.
ORACLE, RANDOM, SHUFFLED = ANCHORS = ("oracle", "random", "shuffled")
#: In place of a source's name: the best by the metric.
BEST = "best"
Precision = Literal["auto", "bf16", "fp32"]
FileFormat = Literal["auto", "csv", "json", "parquet", "delta"]


class Section(BaseModel):
    """A part of the config: no unknown keys, no change after loading, no number without bounds."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
