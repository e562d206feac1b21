"""What every section of the config is made of."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[int, Field(gt=0)]
NotNegative = Annotated[int, Field(ge=0)]
#: What run ids and the names of data sets and embedders look like: they become parts of paths.
NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}"
Name = Annotated[str, Field(pattern=f"^{NAME}$")]
#: Names in table evaluation that are no sources: what every leaderboard is held against.
ORACLE, RANDOM, SHUFFLED = ANCHORS = ("oracle", "random", "shuffled")
Precision = Literal["auto", "bf16", "fp32"]
FileFormat = Literal["auto", "csv", "json", "parquet", "delta"]


class Section(BaseModel):
    """A part of the config: no unknown keys, no change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)
