"""The section `data`: input files, how they are written down, and what their columns mean."""

import codecs
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from colike.config.section import FileFormat, Section, Share

IdType = Literal["bigint", "string"]
Duplicates = Literal["latest", "lowest", "highest"]
#: A column of a file: its name, or its number from 1 where the file has no header.
Column = Annotated[int, Field(ge=1)] | str
Character = Annotated[str, Field(min_length=1, max_length=1)]


class File(Section):
    """A file, folder or URI, and its form; what is left out has the usual value of its format.

    `escape` null reads a quote within quotes both ways, doubled and after a backslash;
    `multiline` null looks for quoted line breaks in the first megabyte of a file.
    `max_rejected_share` null is that of all files.
    """

    path: Annotated[str, Field(min_length=1)]
    format: FileFormat = "auto"
    separator: Annotated[str, Field(min_length=1, max_length=8)] = ","
    encoding: str = "utf-8"
    header: bool = True
    quote: Character | None = '"'
    escape: Character | None = None
    multiline: bool | None = None
    max_rejected_share: Share | None = None

    @field_validator("encoding")
    @classmethod
    def _known(cls, name: str) -> str:
        try:
            return codecs.lookup(name).name
        except LookupError:
            raise ValueError(
                f"{name!r} is no encoding that Python knows; usual ones are utf-8, latin-1, "
                "cp1252 and utf-16"
            ) from None

    @field_validator("separator")
    @classmethod
    def _separates(cls, text: str) -> str:
        if set(text) & set('\r\n"'):
            raise ValueError(f"{text!r} cannot separate fields: it has a quote or a line end")
        return text

    def require_named(self, columns: dict[str, Column | None]) -> None:
        """Raise ValueError for a column that is not named in the way that the header asks for."""
        for key, column in columns.items():
            if column is not None and isinstance(column, int) == self.header:
                wanted = (
                    "a name, since the file has a header (or set `header: false`)"
                    if self.header
                    else "its number from 1, since the file has no header"
                )
                raise ValueError(f"{key} is {column!r}; it has to be {wanted}")


class RatingColumns(Section):
    """What the rating file calls its columns.

    `rating` null: each row is an event that counts as a like. `time` says which is the latest of
    several ratings.
    """

    user_id: Column
    item_id: Column
    rating: Column | None
    time: Column | None = None


class RatingsFile(File):
    """Where ratings are and what they may be.

    `unrated` are marks in place of a rating: seen, no opinion. `duplicates` says which counts of
    several ratings of an item by a user; without it that is the lowest, and the others go to
    quarantine.
    """

    columns: RatingColumns
    scale_min: float | None = None
    scale_max: float | None = None
    unrated: tuple[float | str | None, ...] = ()
    duplicates: Duplicates | None = None

    @model_validator(mode="after")
    def _consistent(self) -> "RatingsFile":
        self.require_named({f"columns.{key}": name for key, name in self.columns})
        scale = {"scale_min": self.scale_min, "scale_max": self.scale_max}
        if self.columns.rating is None:
            given = [key for key, value in scale.items() if value is not None]
            given += ["unrated"] if self.unrated else []
            if given:
                raise ValueError(f"columns.rating is null, so there is no {' or '.join(given)}")
            return self
        for key, value in scale.items():
            if value is None:
                raise ValueError(f"{key} is missing; add it")
        if self.lowest >= self.highest:
            raise ValueError(
                f"scale_min = {self.lowest:g} is not below scale_max = {self.highest:g}"
            )
        if self.duplicates == "latest" and self.columns.time is None:
            raise ValueError("duplicates: latest needs columns.time, the column that tells when")
        return self

    @property
    def lowest(self) -> float:
        """The lowest rating of the scale."""
        return float("-inf") if self.scale_min is None else self.scale_min

    @property
    def highest(self) -> float:
        """The highest rating of the scale."""
        return float("inf") if self.scale_max is None else self.scale_max


class ItemColumns(Section):
    """What the item file calls its columns."""

    item_id: Column
    title: Column


class ItemsFile(File):
    """Where items are, and which of their columns become attributes."""

    columns: ItemColumns
    # Names of columns, or names of attributes with their columns.
    attributes: list[str] | dict[str, Column]
    missing: list[str]
    # Aggregates over all raters, test ratings included: never attributes (docs/method.md, Leakage).
    leaking: list[str]

    @property
    def attribute_columns(self) -> dict[str, Column]:
        """The column of each attribute."""
        if isinstance(self.attributes, dict):
            return self.attributes
        return {name: name for name in self.attributes}

    @model_validator(mode="after")
    def _consistent(self) -> "ItemsFile":
        columns = self.attribute_columns
        self.require_named({f"columns.{key}": name for key, name in self.columns})
        self.require_named({f"attributes.{key}": name for key, name in columns.items()})
        leaks = sorted({str(name) for name in columns.values()} & set(self.leaking))
        if leaks:
            raise ValueError(f"attributes made from test ratings too are not allowed: {leaks}")
        return self


class SynopsisColumns(Section):
    """What the synopsis file calls its columns."""

    item_id: Column
    synopsis: Column


class SynopsesFile(File):
    """Where synopses are; texts that begin with one of `empty_prefixes` count as empty."""

    columns: SynopsisColumns
    empty_prefixes: list[str]

    @model_validator(mode="after")
    def _consistent(self) -> "SynopsesFile":
        self.require_named({f"columns.{key}": name for key, name in self.columns})
        return self


class UsersFile(File):
    """A file or table with the ids of users, in this column."""

    column: Column = "user_id"

    @model_validator(mode="after")
    def _consistent(self) -> "UsersFile":
        self.require_named({"column": self.column})
        return self


class DataConfig(Section):
    """The input files of a data set."""

    user_id_type: IdType
    item_id_type: IdType
    ratings: RatingsFile
    items: ItemsFile
    synopses: SynopsesFile | None
    max_rejected_share: Share
