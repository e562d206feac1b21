"""Which items may be recommended: by a condition on their rows, by ids to keep or leave out."""

from collections.abc import Sequence

import numpy as np
from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import BooleanType

from colike import columns as C
from colike.compute.arrays import Bools
from colike.config.files import IdType
from colike.config.recommend import CandidatesConfig
from colike.data.values import id_of
from colike.errors import ConfigError, cause_of
from colike.recommend.catalogue import Ids


def candidates(items: DataFrame, settings: CandidatesConfig, ids: Ids) -> Bools:
    """Return, by item_idx, whether an item may be recommended.

    Args:
        items: Rows of items.
        settings: What the config asks for.
        ids: The item ids by item_idx.

    Raises:
        ConfigError: The condition is no condition on items, or no item is left.
    """
    found = np.ones(len(ids), np.bool_)
    if settings.where is not None:
        found = _meeting(items, settings.where)
    if settings.allow is not None:
        found &= np.isin(ids, _typed(settings.allow, "allow", ids))
    found &= ~np.isin(ids, _typed(settings.deny, "deny", ids))
    if len(found) and not found.any():
        raise ConfigError(
            f"recommend.candidates leaves none of the {len(found):,} items; nothing was written. "
            "Loosen `where`, or mend the ids of `allow` and `deny`."
        )
    return found


def unmatched(settings: CandidatesConfig, ids: Ids) -> list[str]:
    """Return a sentence for each list of the config that has ids which no item has.

    Args:
        settings: What the config asks for.
        ids: The item ids by item_idx.
    """
    notes = []
    for key, given in (("allow", settings.allow or []), ("deny", settings.deny)):
        known = np.isin(_typed(given, key, ids), ids)
        unknown = [name for name, found in zip(given, known, strict=True) if not found]
        if unknown:
            notes.append(
                f"recommend.candidates.{key}: {len(unknown):,} of {len(given):,} ids are of no "
                f"item, such as {unknown[0]!r}"
            )
    return notes


def _typed(given: Sequence[str], key: str, ids: Ids) -> Ids:
    """Return ids of the config in the type that items have.

    Raises:
        ConfigError: One cannot be of that type.
    """
    id_type: IdType = "bigint" if np.issubdtype(ids.dtype, np.integer) else "string"
    typed = [id_of(name, id_type) for name in given]
    for name, value in zip(given, typed, strict=True):
        if value is None:
            raise ConfigError(
                f"recommend.candidates.{key} has {name!r}, which is no item id: ids are {id_type}."
            )
    return np.array(typed, ids.dtype if id_type == "bigint" else np.object_)


def _meeting(items: DataFrame, where: str) -> Bools:
    may = F.coalesce(_condition(items, where), F.lit(False)).alias("may")
    try:
        frame = items.select(C.ITEM_IDX, may).toPandas()
    except (PySparkException, Py4JJavaError) as error:
        # Blame the condition only if the items can be read; if not, this raises the real error.
        items.write.format("noop").mode("overwrite").save()
        raise ConfigError(
            f"recommend.candidates.where fails on some item: {cause_of(error)} Mend the "
            "condition; nothing was written."
        ) from error
    return frame.sort_values(C.ITEM_IDX)["may"].to_numpy(np.bool_)


def _condition(items: DataFrame, where: str) -> Column:
    try:
        kind = items.select(F.expr(where).alias("may")).schema["may"].dataType
        # An aggregate may be selected, but is no condition on a row.
        if isinstance(kind, BooleanType) and items.where(where).columns:
            return F.expr(where)
    except PySparkException as error:
        raise ConfigError(
            f"recommend.candidates.where is not SQL on table items: {cause_of(error)} Its columns "
            f"are {', '.join(items.columns)}."
        ) from error
    raise ConfigError(
        f"recommend.candidates.where is a {kind.simpleString()}, not a condition: {where}"
    )
