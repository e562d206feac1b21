"""The section `embed`, and what several stages take of it: a change of the rest spares them."""

import re
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from colike.config.section import ANCHORS, BEST, Distinct, Name, Positive, Precision, Section, Text

FINETUNED: Final = "finetuned"
#: Before the name of a Python package that carries a model's weights.
PACKAGE: Final = "package:"
#: By kind, the keys of an embedder that it reads.
READ_BY: Final = {
    "sentence_transformer": ("model", "revision"),
    FINETUNED: (),
    "openai": ("model", "base_url"),
}


def _commit(text: str) -> str:
    if re.fullmatch("[0-9a-f]{40}", text) is None:
        raise ValueError(
            f"{text!r} is no commit of the hub: give its 40 hex digits, since a branch moves"
        )
    return text


class EmbedderConfig(Section):
    """One text embedder: a model by name or folder, the fine-tuned one, or OpenAI's service."""

    kind: Literal["sentence_transformer", "finetuned", "openai"]
    # package:NAME (weights in a Python package), a local folder, a hub name, or a service's model.
    model: Text | None = None
    # Of a hub name: the commit, so that a model is the same tomorrow.
    revision: Annotated[str, AfterValidator(_commit)] | None = None
    base_url: Text | None = None

    @model_validator(mode="after")
    def _of_its_kind(self) -> "EmbedderConfig":
        given = {"model": self.model, "revision": self.revision, "base_url": self.base_url}
        unread = [key for key in given if given[key] is not None and key not in READ_BY[self.kind]]
        if unread:
            raise ValueError(
                f"{unread[0]} means nothing where kind is {self.kind}; leave it out, "
                "or set it to null"
            )
        if self.kind != FINETUNED and self.model is None:
            raise ValueError(f"model is missing, which kind {self.kind} needs; add it")
        if self.revision is not None and str(self.model).startswith(PACKAGE):
            raise ValueError("revision is of hub names, and a package has its own; leave it out")
        return self


def _without_null(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {name: one for name, one in value.items() if one is not None}


class TagsConfig(Section):
    """Attributes beside the text: `columns` whose values are tags, what all of them weigh."""

    columns: Annotated[Distinct[str], Field(min_length=1)]
    weight: Annotated[float, Field(gt=0)]
    least_items: Positive


class EmbedConfig(Section):
    """The embedders, by the source name that they have everywhere; and tags beside the text."""

    # Layers of a config merge, so null is the way to take an embedder of base.yml out.
    embedders: Annotated[dict[Name, EmbedderConfig], BeforeValidator(_without_null)]
    max_tokens: Positive
    batch_size: Positive
    precision: Precision
    tags: TagsConfig | None

    @property
    def finetuned_name(self) -> str | None:
        """The name of the embedder that training makes, None if there is none."""
        return next((name for name, one in self.embedders.items() if one.kind == FINETUNED), None)

    def as_base(self, name: str) -> "BaseEmbedder":
        """Return an embedder, and how it encodes, as what pairs and training start from."""
        return BaseEmbedder(
            name=name,
            embedder=self.embedders[name],
            max_tokens=self.max_tokens,
            precision=self.precision,
            batch_size=self.batch_size,
        )

    @model_validator(mode="after")
    def _names_and_kinds(self) -> "EmbedConfig":
        names = [name for name, one in self.embedders.items() if one.kind == FINETUNED]
        if len(names) > 1:
            raise ValueError(
                f"embedders has {len(names)} of kind finetuned ({', '.join(names)}); keep one"
            )
        reserved = sorted({*ANCHORS} & {*self.embedders})
        if reserved:
            raise ValueError(
                f"embedders has {reserved[0]!r}, the name of an anchor of every leaderboard "
                f"({', '.join(ANCHORS)}); choose another name"
            )
        if BEST in self.embedders:
            raise ValueError(
                f"embedders has {BEST!r}, by which publish.champion means whichever source is "
                "best; choose another name"
            )
        return self


class BaseEmbedder(Section):
    """The embedder that pairs and training start from, and how it encodes."""

    name: str
    embedder: EmbedderConfig
    max_tokens: int
    precision: Precision
    # Texts encoded at once change no vector beyond rounding, so this is no part of stage keys.
    batch_size: int = Field(exclude=True)


class Finetuned(Section):
    """The name of the embedder that training makes, None if the config has none."""

    name: str | None
