"""Which items may be recommended: by a condition on their rows, by ids to keep or leave out."""

import numpy as np
from pyspark.errors import PySparkException
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import BooleanType

from colike import columns as C
from colike.compute.arrays import Bools
from colike.config.recommend import CandidatesConfig
from colike.errors import ConfigError


def candidates(items: DataFrame, settings: CandidatesConfig) -> Bools:
    """Return, by item_idx, whether an item may be recommended.

    Args:
        items: Rows of items.
        settings: What the config asks for.

    Raises:
        ConfigError: The condition is no condition on items, or no item is left.
    """
    condition = F.lit(True) if settings.where is None else _condition(items, settings.where)
    item_id = F.col(C.ITEM_ID).cast("string")
    if settings.allow is not None:
        condition &= item_id.isin([str(name) for name in settings.allow])
    if settings.deny:
        condition &= ~item_id.isin([str(name) for name in settings.deny])
    may = F.coalesce(condition, F.lit(False)).alias("may")
    frame = items.select(C.ITEM_IDX, may).toPandas().sort_values(C.ITEM_IDX)
    found = frame["may"].to_numpy(np.bool_)
    if len(found) and not found.any():
        raise ConfigError(
            f"recommend.candidates leaves none of the {len(found):,} items; nothing was written. "
            "Loosen `where`, or mend the ids of `allow` and `deny`."
        )
    return found


def _condition(items: DataFrame, where: str) -> Column:
    try:
        kind = items.select(F.expr(where).alias("may")).schema["may"].dataType
        # An aggregate may be selected, but is no condition on a row.
        if isinstance(kind, BooleanType) and items.where(where).columns:
            return F.expr(where)
    except PySparkException as error:
        reason = str(error).strip().splitlines()[0]
        raise ConfigError(
            f"recommend.candidates.where is not SQL on table items: {reason} Its columns are "
            f"{', '.join(items.columns)}."
        ) from error
    raise ConfigError(
        f"recommend.candidates.where is a {kind.simpleString()}, not a condition: {where}"
    )
