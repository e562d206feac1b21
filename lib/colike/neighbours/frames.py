"""Turns neighbours found on the driver into rows of item_neighbours."""

import numpy as np
import numpy.typing as npt
import pandas as pd
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import StructType

from colike import columns as C
from colike.embedding.vectors import Embedded
from colike.neighbours.cosine import Nearest
from colike.neighbours.ease import Edges
from colike.tables import IdTypes, contracts

COLUMNS = (C.ITEM_ID, C.RANK, C.NEIGHBOUR_ID, C.WEIGHT)
ItemIds = npt.NDArray[np.generic]


def to_frame(spark: SparkSession, embedded: Embedded, found: Nearest, ids: IdTypes) -> DataFrame:
    """Return item_id, rank, neighbour_id and weight of every neighbour."""
    owner, position = np.nonzero(found.items >= 0)
    weights = found.weights[owner, position]
    edges = Edges(owner.astype(np.int32), found.items[owner, position], weights)
    return edges_frame(spark, embedded.ids, edges, ids)


def edges_frame(spark: SparkSession, item_ids: ItemIds, edges: Edges, ids: IdTypes) -> DataFrame:
    """Return item_id, rank, neighbour_id and weight of edges sorted by owner, then rank.

    `item_ids` are the ids by the numbers that the edges have; `ids` are their types.
    """
    first = np.searchsorted(edges.owners, edges.owners)
    rows = pd.DataFrame(
        {
            C.ITEM_ID: item_ids[edges.owners],
            C.RANK: (np.arange(len(first)) - first + 1).astype(np.int32),
            C.NEIGHBOUR_ID: item_ids[edges.items],
            C.WEIGHT: edges.weights.astype(np.float64),
        }
    )
    contract = contracts()["item_neighbours"].spark_schema(ids)
    return spark.createDataFrame(rows, StructType([contract[name] for name in COLUMNS]))
