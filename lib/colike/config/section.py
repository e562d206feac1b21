"""What every section of the config is made of."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[int, Field(gt=0)]
NotNegative = Annotated[int, Field(ge=0)]
FileFormat = Literal["auto", "csv", "parquet", "delta"]


class Section(BaseModel):
    """A part of the config: no unknown keys, no change after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)
