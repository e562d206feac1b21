"""Co-likes that are kept between runs: counted anew, or grown by what changed since."""

from dataclasses import asdict, dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

import colike
from colike import columns as C
from colike.data.splits import TrainLikes, train_likes
from colike.similarity.blocks import Blocks, blocks_for
from colike.similarity.engines import Counting
from colike.similarity.strips import BLOCKS
from colike.similarity.tiled import counted_strips, grown_strips, number_of_likes
from colike.tables.changes import changes
from colike.tables.store import Store

TABLE, HISTORY = "item_colikes", "user_history"
# Beyond this share of changed likes, old and new ones, to count all is less work.
LARGEST_CHANGE = 0.5


@dataclass(frozen=True)
class Origin:
    """What kept co-likes were counted from; columns of every row of item_colikes."""

    items: int
    numbering: int
    history_id: str
    history_version: int
    code_version: str


@dataclass(frozen=True)
class Kept:
    """The rows of item_colikes as they should be, and how they were found, for the user.

    `changed` is the number of likes, old and new, that were counted on; None for all of them.
    `rows` is None where the table is as it should be.
    """

    rows: DataFrame | None
    note: str
    changed: int | None


class UnfitError(Exception):
    """Why kept co-likes cannot be counted on."""


def kept_colikes(store: Store, counting: Counting, items: DataFrame, version: int) -> Kept:
    """Return the rows of item_colikes for the likes, from the kept ones where they serve.

    Args:
        store: Where item_colikes is kept.
        counting: Train likes of `user_history` at `version`, and the number of items.
        items: item_id and item_idx.
        version: Delta version of the histories.
    """
    numbering = _numbering(items, counting.items)
    now = Origin(counting.items, numbering, store.table_id(HISTORY), version, colike.__version__)
    cores = store.spark.sparkContext.defaultParallelism
    try:
        return _grown(store, items, now, cores)
    except UnfitError as why:
        total = number_of_likes(counting.likes)
        strips = counted_strips(counting.likes, blocks_for(total, now.items, cores))
        return Kept(_with_origin(strips, now, total), f"all likes were counted: {why}", None)


def _grown(store: Store, items: DataFrame, now: Origin, cores: int) -> Kept:
    """The kept co-likes brought up to date; raises UnfitError."""
    strips = store.read(TABLE) if store.exists(TABLE) else None
    first = strips.select(BLOCKS, C.LIKES, *asdict(now)).limit(1).collect() if strips else []
    if strips is None or not first:
        raise UnfitError("none were kept yet")
    blocks, total, *values = first[0]
    then = Origin(*values)
    if then == now:
        return Kept(None, "no like has changed", 0)
    _require_fit(then, now, items)
    added, removed = _changed(store, then, now)
    more, less = number_of_likes(added), number_of_likes(removed)
    if more + less > LARGEST_CHANGE * total:
        raise UnfitError(f"{more + less:,} likes of changed users are many beside {total:,}")
    if blocks_for(total + more - less, now.items, cores).count > blocks:
        raise UnfitError("there are more likes, items or cores than the kept blocks serve")
    rows = grown_strips(strips, added, removed, Blocks(now.items, blocks))
    note = f"counted on from the kept co-likes: {more:,} likes came and {less:,} went"
    return Kept(_with_origin(rows, now, total + more - less), note, more + less)


def _require_fit(then: Origin, now: Origin, items: DataFrame) -> None:
    if then.code_version != now.code_version:
        raise UnfitError(f"those kept are of release {then.code_version}")
    if then.history_id != now.history_id or then.history_version > now.history_version:
        raise UnfitError(f"those kept are of another {HISTORY}")
    if then.items > now.items or _numbering(items, then.items) != then.numbering:
        raise UnfitError("items have other numbers than those kept")


def _changed(store: Store, then: Origin, now: Origin) -> tuple[TrainLikes, TrainLikes]:
    """The likes that changed users have, and had."""
    found = changes(store, HISTORY, then.history_version, now.history_version)
    if found is None:
        since = then.history_version
        raise UnfitError(f"the change feed of {HISTORY} does not reach back to version {since}")
    return train_likes(found.after), train_likes(found.before)


def _numbering(items: DataFrame, below: int) -> int:
    """A hash of the first items and their numbers, whatever their order."""
    one = F.xxhash64(F.col(C.ITEM_ID).cast("string"), F.col(C.ITEM_IDX))
    first = items.where(F.col(C.ITEM_IDX) < below).select(one.alias("one"))
    return int(first.agg(F.expr("coalesce(bit_xor(one), 0)")).collect()[0][0])


def _with_origin(strips: DataFrame, origin: Origin, likes: int) -> DataFrame:
    columns = {name: F.lit(value) for name, value in asdict(origin).items()}
    typed = {name: columns[name].cast("bigint") for name in ("numbering", "history_version")}
    return strips.withColumns({**columns, **typed, C.LIKES: F.lit(likes).cast("bigint")})
