"""Turns neighbours found on the driver into rows of item_neighbours."""

import numpy as np
import pandas as pd
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import StructType

from colike import columns as C
from colike.embedding.vectors import Embedded
from colike.neighbours.cosine import Nearest
from colike.tables import IdTypes, contracts

COLUMNS = (C.ITEM_ID, C.RANK, C.NEIGHBOUR_ID, C.WEIGHT)


def to_frame(spark: SparkSession, embedded: Embedded, found: Nearest, ids: IdTypes) -> DataFrame:
    """Return item_id, rank, neighbour_id and weight of every neighbour."""
    owner, position = np.nonzero(found.items >= 0)
    neighbour = found.items[owner, position]
    rows = pd.DataFrame(
        {
            C.ITEM_ID: embedded.ids[owner],
            C.RANK: (position + 1).astype(np.int32),
            C.NEIGHBOUR_ID: embedded.ids[neighbour],
            C.WEIGHT: found.weights[owner, position],
        }
    )
    contract = contracts()["item_neighbours"].spark_schema(ids)
    return spark.createDataFrame(rows, StructType([contract[name] for name in COLUMNS]))
