"""The neighbours of an item, by id or title."""

from typing import Any

from pyspark.sql import Row, Window
from pyspark.sql import functions as F

from colike import columns as C
from colike.data.values import id_of
from colike.errors import ConfigError, LookupFailedError
from colike.tables import IdTypes, Tables

CHOICES = 15


def find_item(tables: Tables, ids: IdTypes, text: str) -> Row:
    """Return the item (item_id, title) that an id, a title, or a part of just one title names.

    Raises:
        LookupFailedError: No item has it, or several do; the message lists them.
    """
    items = tables.read("items").select(C.ITEM_ID, C.TITLE)
    wanted = id_of(text, ids.item_id)
    if wanted is not None:
        rows = items.where(F.col(C.ITEM_ID) == wanted).collect()
        if rows:
            return rows[0]
    lowered = F.lower(C.TITLE)
    for condition in (lowered == text.lower(), lowered.contains(text.lower())):
        rows = items.where(condition).orderBy(C.TITLE).limit(CHOICES + 1).collect()
        if len(rows) == 1:
            return rows[0]
        if rows:
            listed = "; ".join(f"{row[C.ITEM_ID]} {row[C.TITLE]}" for row in rows[:CHOICES])
            more = "; and more" if len(rows) > CHOICES else ""
            raise LookupFailedError(
                f"{text!r} names several titles, choose one by its id: {listed}{more}."
            )
    raise LookupFailedError(
        f"No item has the id or title {text!r}; search with: colike sql "
        f"\"select item_id, title from items where title like '%...%'\"."
    )


def neighbours_of(tables: Tables, item_id: Any, k: int, source: str | None) -> list[dict[str, Any]]:
    """Return source, rank, neighbour_id, title and weight of an item's k best neighbours.

    Those that a source has for being unlike, with a weight below zero, are none of them.

    Raises:
        ConfigError: The source keeps no neighbours in this store.
    """
    table = tables.read("item_neighbours")
    if source is not None:
        names = sorted(row[0] for row in table.select(C.SOURCE).distinct().collect())
        if source not in names:
            raise ConfigError(
                f"Source {source!r} keeps no neighbours in this store; those that do: "
                f"{', '.join(names)}."
            )
        table = table.where(F.col(C.SOURCE) == source)
    titles = tables.read("items").select(F.col(C.ITEM_ID).alias(C.NEIGHBOUR_ID), C.TITLE)
    alike = table.where((F.col(C.ITEM_ID) == item_id) & (F.col(C.WEIGHT) > 0))
    dense = F.row_number().over(Window.partitionBy(C.SOURCE).orderBy(C.RANK))
    mine = alike.withColumn(C.RANK, dense).where(F.col(C.RANK) <= k)
    rows = mine.join(titles, on=C.NEIGHBOUR_ID, how="inner").orderBy(C.SOURCE, C.RANK).collect()
    shown = (C.SOURCE, C.RANK, C.NEIGHBOUR_ID, C.TITLE)
    return [
        {**{name: row[name] for name in shown}, C.WEIGHT: round(row[C.WEIGHT], 6)} for row in rows
    ]
