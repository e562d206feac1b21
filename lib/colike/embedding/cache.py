"""Keeps item_embeddings true: encodes what is new or changed, drops what is gone."""

from dataclasses import dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.embedding.encode import Encoding, encode_items
from colike.embedding.models import Model
from colike.tables.writes import Write, replace

TABLE = "item_embeddings"


@dataclass(frozen=True)
class Encoded:
    """An embedder's rows of item_embeddings as they should be.

    `count` items have to be encoded for it, and `is_stale` says whether the table differs.
    """

    name: str
    rows: DataFrame
    count: int
    is_stale: bool

    @property
    def writes(self) -> list[Write]:
        """What makes the table's rows of this embedder those; nothing where they are."""
        return [replace(TABLE, self.rows, {C.SOURCE: [self.name]})] if self.is_stale else []


def refreshed(
    current: DataFrame, name: str, model: Model, items: DataFrame, encoding: Encoding
) -> Encoded:
    """Return the rows of an embedder for `items`, of which it encodes only what is missing.

    A row stays good while the model, the description (by its hash) and the way of encoding are
    the same.

    Args:
        current: Rows of item_embeddings.
        name: Name of the embedder.
        model: What encodes.
        items: Rows of items.
        encoding: How texts are encoded.
    """
    mine = current.where(F.col(C.SOURCE) == name)
    is_good = (F.col(C.MODEL_ID) == model.model_id) & (F.col(C.ENCODING) == encoding.text)
    wanted = items.select(C.ITEM_ID, C.DESCRIPTION, C.CONTENT_HASH)
    key = [C.ITEM_ID, C.CONTENT_HASH]
    good = mine.where(is_good).join(wanted.select(*key), on=key, how="left_semi")
    missing = wanted.join(good.select(*key), on=key, how="left_anti")
    counts = (mine.count(), good.count(), missing.count())
    found = good.select(*key, C.EMBEDDING)
    if counts[2]:  # else the model need not go to the executors
        found = found.unionByName(encode_items(missing, model, encoding).select(*found.columns))
    rows = found.select(
        "*",
        F.lit(name).alias(C.SOURCE),
        F.lit(model.model_id).alias(C.MODEL_ID),
        F.lit(encoding.text).alias(C.ENCODING),
    )
    return Encoded(name, rows, counts[2], counts[2] > 0 or counts[0] != counts[1])
