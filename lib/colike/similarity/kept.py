"""Co-likes that are kept between runs: counted again, or brought up to date by what changed."""

from collections.abc import Callable
from dataclasses import asdict, dataclass

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.data.splits import TrainLikes, train_likes
from colike.errors import UnfitError
from colike.similarity.blocks import Blocks, blocks_for
from colike.similarity.engines import Counting
from colike.similarity.strips import margins_of, similarity_of
from colike.similarity.tiled import counted_strips, grown_strips, number_of_likes
from colike.tables.changes import Changes
from colike.tables.state import Pin

# Beyond this share of changed likes, old and new ones, to count all is less work.
LARGEST_CHANGE = 0.5


@dataclass(frozen=True)
class Origin:
    """What kept co-likes were counted from; columns of every row of item_colikes."""

    items: int
    numbering: int
    history_id: str
    history_version: int
    history_commit: str | None
    code_version: str

    @property
    def history(self) -> Pin:
        """The pin of the user_history that was counted."""
        return Pin(self.history_id, self.history_version, self.history_commit)


@dataclass(frozen=True)
class KeptInputs:
    """What kept co-likes are brought up to date from.

    `strips` are the rows of item_colikes as they are, `history` the pin of user_history that is
    to be counted; `changes` tells what changed in it since a pin, and `code` stands for what
    counts.
    """

    strips: DataFrame
    items: DataFrame
    history: Pin
    changes: Callable[[Pin], Changes | None]
    code: str


@dataclass(frozen=True)
class Kept:
    """The rows of item_colikes as they should be, and how they were found, for the user.

    `changed` is the number of likes, old and new, that were counted; None for all of them.
    `rows` is None where the table is as it should be.
    """

    rows: DataFrame | None
    note: str
    changed: int | None


def kept_colikes(inputs: KeptInputs, counting: Counting) -> Kept:
    """Return the rows of item_colikes for the likes, from the kept ones where they serve."""
    numbering = _numbering(inputs.items, counting.items)
    pin = inputs.history
    now = Origin(counting.items, numbering, pin.table_id, pin.version, pin.commit, inputs.code)
    cores = inputs.items.sparkSession.sparkContext.defaultParallelism
    try:
        return _grown(inputs, now, cores)
    except UnfitError as why:
        total = number_of_likes(counting.likes)
        strips = counted_strips(counting.likes, blocks_for(total, now.items, cores))
        return Kept(_with_origin(strips, now, total), f"all likes were counted: {why}", None)


def similarity_of_kept(strips: DataFrame, counting: Counting) -> DataFrame:
    """Return pairs within the bounds, as the engines do, from rows of item_colikes."""
    settings, margins = counting.settings, margins_of(strips, counting.items)
    return similarity_of(strips, margins, settings.min_colikes, settings.min_jaccard)


def _grown(inputs: KeptInputs, now: Origin, cores: int) -> Kept:
    """Return the kept co-likes brought up to date; raises UnfitError."""
    strips = inputs.strips
    first = strips.select(C.BLOCKS, C.LIKES, *asdict(now)).limit(1).collect()
    if not first:
        raise UnfitError("none were kept yet")
    blocks, total, *values = first[0]
    then = Origin(*values)
    if then == now:
        return Kept(None, "no like has changed", 0)
    _require_fit(then, now, inputs.items)
    added, removed = _changed(inputs, then)
    more, less = number_of_likes(added), number_of_likes(removed)
    if more + less > LARGEST_CHANGE * total:
        raise UnfitError(f"{more + less:,} likes of changed users are many beside {total:,}")
    if blocks_for(total + more - less, now.items, cores).count > blocks:
        raise UnfitError("there are more likes, items or cores than the kept blocks serve")
    rows = grown_strips(strips, added, removed, Blocks(now.items, blocks))
    note = f"kept co-likes were brought up to date: {more:,} likes came and {less:,} went"
    return Kept(_with_origin(rows, now, total + more - less), note, more + less)


def _require_fit(then: Origin, now: Origin, items: DataFrame) -> None:
    if then.code_version != now.code_version:
        raise UnfitError("those kept were counted by other code")
    if then.history_id != now.history_id or then.history_version > now.history_version:
        raise UnfitError("those kept are of another user_history")
    if then.items > now.items or _numbering(items, then.items) != then.numbering:
        raise UnfitError("items have other numbers than those kept")


def _changed(inputs: KeptInputs, then: Origin) -> tuple[TrainLikes, TrainLikes]:
    """Return the likes that changed users have, and had."""
    found = inputs.changes(then.history)
    if found is None:
        since = then.history_version
        raise UnfitError(f"the change feed of user_history does not reach back to version {since}")
    return train_likes(found.after), train_likes(found.before)


def _numbering(items: DataFrame, below: int) -> int:
    """A hash of the first items and their numbers, whatever their order."""
    one = F.xxhash64(F.col(C.ITEM_ID).cast("string"), F.col(C.ITEM_IDX))
    first = items.where(F.col(C.ITEM_IDX) < below).select(one.alias("one"))
    return int(first.agg(F.expr("coalesce(bit_xor(one), 0)")).collect()[0][0])


def _with_origin(strips: DataFrame, origin: Origin, likes: int) -> DataFrame:
    columns = {name: F.lit(value) for name, value in asdict(origin).items()}
    typed = {name: columns[name].cast("bigint") for name in (C.NUMBERING, C.HISTORY_VERSION)}
    typed[C.HISTORY_COMMIT] = columns[C.HISTORY_COMMIT].cast("string")
    return strips.withColumns({**columns, **typed, C.LIKES: F.lit(likes).cast("bigint")})
