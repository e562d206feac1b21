"""The section `data`: input files, and what their columns mean."""

import math
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from colike.config.form import Column, File
from colike.config.section import Section, Share, distinct, seen

IdType = Literal["bigint", "string"]
Duplicates = Literal["latest", "lowest", "highest"]
#: A mark in place of a rating: a number, a text, or null for an empty field.
Mark = Annotated[float, Field(allow_inf_nan=False)] | str | None


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
    unrated: tuple[Mark, ...] = ()
    duplicates: Duplicates | None = None

    @property
    def named(self) -> Mapping[str, Column | None]:
        """The columns that the config names, by their keys."""
        return _prefixed("columns", dict(self.columns))

    @field_validator("unrated")
    @classmethod
    def _marks(cls, marks: tuple[Mark, ...]) -> tuple[Mark, ...]:
        """Return marks as they are compared: "0" is the number, an empty text is null."""
        return tuple(_mark(mark) for mark in marks)

    @model_validator(mode="after")
    def _of_different_columns(self) -> Self:
        names = [name for name in self.named.values() if name is not None]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"columns has {twice!r} twice; each is to be a column of its own")
        return self

    @model_validator(mode="after")
    def _of_ratings(self) -> Self:
        scale = {"scale_min": self.scale_min, "scale_max": self.scale_max}
        if self.columns.rating is None:
            self._refuse_of_events()
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
        if self.duplicates != "latest" and self.columns.time is not None:
            raise ValueError(
                "columns.time is read for duplicates: latest alone; set that, or leave the column "
                "out"
            )
        return self

    def _refuse_of_events(self) -> None:
        given = {
            "scale_min": self.scale_min is not None,
            "scale_max": self.scale_max is not None,
            "unrated": bool(self.unrated),
            "duplicates": self.duplicates is not None,
            "columns.time": self.columns.time is not None,
        }
        keys = [key for key, is_given in given.items() if is_given]
        if keys:
            raise ValueError(
                f"columns.rating is null, so there is no {' or '.join(keys)}: all events of a "
                "user and an item are one like; leave that out, or name the column of ratings"
            )

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


def _attributes(given: list[str] | dict[str, Column]) -> list[str] | dict[str, Column]:
    for name in given:
        seen(name)
    return distinct(given) if isinstance(given, list) else given


class ItemsFile(File):
    """Where items are, and which of their columns become attributes."""

    columns: ItemColumns
    # Names of columns, or names of attributes with their columns.
    attributes: Annotated[list[str] | dict[str, Column], AfterValidator(_attributes)]
    missing: list[str]
    # Aggregates over all raters, test ratings included: never attributes (docs/method.md, Leakage).
    leaking: list[str]

    @property
    def attribute_columns(self) -> dict[str, Column]:
        """The column of each attribute."""
        if isinstance(self.attributes, dict):
            return self.attributes
        return {name: name for name in self.attributes}

    @property
    def named(self) -> Mapping[str, Column | None]:
        """The columns that the config names, by their keys."""
        attributes = _prefixed("attributes", self.attribute_columns)
        return {**_prefixed("columns", dict(self.columns)), **attributes}

    @model_validator(mode="after")
    def _without_leaks(self) -> Self:
        named = {str(name) for name in self.attribute_columns.values()}
        leaks = sorted(named & set(self.leaking))
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
    # An empty one would make every text empty.
    empty_prefixes: list[Annotated[str, Field(min_length=1)]]

    @property
    def named(self) -> Mapping[str, Column | None]:
        """The columns that the config names, by their keys."""
        return _prefixed("columns", dict(self.columns))


class UsersFile(File):
    """A file or table with the ids of users, in this column."""

    column: Column = "user_id"

    @property
    def named(self) -> Mapping[str, Column | None]:
        """The columns that the config names, by their keys."""
        return {"column": self.column}


class DataConfig(Section):
    """The input files of a data set."""

    user_id_type: IdType
    item_id_type: IdType
    ratings: RatingsFile
    items: ItemsFile
    synopses: SynopsesFile | None
    max_rejected_share: Share
    # Runs whose rejected rows stay in table quarantine.
    keep_rejected_runs: Annotated[int, Field(ge=1)] = 30

    @property
    def inputs(self) -> tuple[str, ...]:
        """The keys of the inputs that there are."""
        return ("ratings", "items", *(() if self.synopses is None else ("synopses",)))


def _prefixed(prefix: str, columns: Mapping[str, Column | None]) -> dict[str, Column | None]:
    return {f"{prefix}.{key}": column for key, column in columns.items()}


def _mark(mark: Mark) -> Mark:
    if not isinstance(mark, str):
        return mark
    text = mark.strip()
    try:
        number = float(text)
    except ValueError:
        return text or None
    return number if math.isfinite(number) else text
