"""Lists that every leaderboard is held against: the most that can be found, and what chance finds.

`oracle` lists the user's own test likes, `random` unseen items by a hash, and `shuffled` what
another user was recommended (docs/method.md, Anchors). Nothing that users have seen in history
known is on any of them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from colike import columns as C
from colike.compute.arrays import Ints, Longs
from colike.compute.compiled import compiled
from colike.compute.ragged import ragged, starts_of
from colike.config.section import ORACLE, RANDOM, SHUFFLED
from colike.data.history import of_history
from colike.data.splits import below
from colike.evaluation.bootstrap import STEP, splitmix
from colike.evaluation.lists import TEST_ITEMS, TEST_RATINGS
from colike.recommend.histories import ROWS, Histories

STRANGERS = "strangers"
SEED = "seed"
# More users make no figure of an anchor clearer, and cost as much as another source.
MOST_USERS = 20_000
# Users among whom each gets the list of the next.
CIRCLE = 1000
Seeds = npt.NDArray[np.uint64]


@dataclass(frozen=True)
class Draw:
    """What anchors are drawn from.

    Attributes:
        pool: item_idx that may be recommended, by item id.
        order: Rank of each item by id.
        like_at_least: The lowest rating that is a like.
        size: Length of the lists.
        seed: Salt of all hashes.
    """

    pool: Ints
    order: Ints
    like_at_least: float
    size: int
    seed: int


def some_of(tests: DataFrame) -> DataFrame:
    """Return the users that anchors are measured on: all, or by hash about MOST_USERS of them."""
    share = min(1.0, MOST_USERS / max(tests.count(), 1))
    return tests.where(below(share, "anchors", F.col(C.USER_ID).cast("string")))


def anchor_lists(lists: DataFrame, tests: DataFrame, history: DataFrame, draw: Draw) -> DataFrame:
    """Return the anchors of all users with test ratings, with the columns of `lists.as_lists`.

    Args:
        lists: The lists that go to others, of one source; those of users with test ratings do.
        tests: Rows of `lists.user_tests`.
        history: Rows of user_history.
        draw: What anchors are drawn from; every executor receives it once.
    """
    user = F.col(C.USER_ID).cast("string")
    users = (
        tests.select(C.USER_ID, TEST_ITEMS, TEST_RATINGS)
        .join(of_history(history, "known"), on=C.USER_ID, how="inner")
        .join(_of_strangers(lists, tests, draw.seed), on=C.USER_ID, how="left")
        .withColumn(STRANGERS, F.coalesce(STRANGERS, F.array().cast("array<int>")))
        .withColumn(SEED, F.xxhash64(F.lit(f"{RANDOM} {draw.seed}"), user))
    )
    shared = users.sparkSession.sparkContext.broadcast(draw)

    def make(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield from _anchors(batch, shared.value)

    user_type = tests.schema[C.USER_ID].dataType.simpleString()
    schema = f"{C.SOURCE} string, {C.USER_ID} {user_type}, {C.ITEMS} array<int>"
    made = users.mapInArrow(make, schema)
    return made.withColumn(C.FALLBACK, F.transform(C.ITEMS, lambda _: F.lit(False)))


def _of_strangers(lists: DataFrame, tests: DataFrame, seed: int) -> DataFrame:
    """Return user_id and the list of another user: the next by hash, within circles."""
    user = F.col(C.USER_ID).cast("string")
    place = F.xxhash64(F.lit(f"{SHUFFLED} {seed}"), user)
    given = lists.join(tests, on=C.USER_ID, how="left_semi")
    placed = given.select(C.USER_ID, C.ITEMS, place.alias("place"))
    circle = Window.partitionBy(F.pmod("place", F.lit(max(1, tests.count() // CIRCLE))))
    ordered = circle.orderBy("place", C.USER_ID)
    whole = ordered.rowsBetween(Window.unboundedPreceding, Window.unboundedFollowing)
    others = F.coalesce(F.lead(C.ITEMS).over(ordered), F.first(C.ITEMS).over(whole))
    is_alone = F.count(F.lit(1)).over(whole) == 1
    return placed.select(C.USER_ID, F.when(~is_alone, others).alias(STRANGERS))


def _anchors(batch: pa.RecordBatch, draw: Draw) -> Iterator[pa.RecordBatch]:
    histories = Histories.of_batch(batch)
    seen = histories.indptr[::ROWS], histories.items
    likes = _test_likes(batch, draw)
    strangers = ragged(batch.column(STRANGERS), np.int32)
    seeds = batch.column(SEED).to_numpy().view(np.uint64)
    made = {
        ORACLE: first_unseen(*seen, *likes, len(draw.order), draw.size),
        RANDOM: drawn(*seen, seeds, draw.pool, len(draw.order), draw.size),
        SHUFFLED: first_unseen(*seen, *strangers, len(draw.order), draw.size),
    }
    for name, lists in made.items():
        there = lists >= 0
        items = pa.ListArray.from_arrays(
            pa.array(starts_of(there.sum(axis=1)).astype(np.int32)), pa.array(lists[there])
        )
        columns = [pa.array([name] * len(batch)), batch.column(C.USER_ID), items]
        yield pa.RecordBatch.from_arrays(columns, names=[C.SOURCE, C.USER_ID, C.ITEMS])


def _test_likes(batch: pa.RecordBatch, draw: Draw) -> tuple[Longs, Ints]:
    """Return each user's test likes by item id, as indptr and items."""
    indptr, items = ragged(batch.column(TEST_ITEMS), np.int32)
    _, ratings = ragged(batch.column(TEST_RATINGS), np.float64)
    is_like = ratings >= draw.like_at_least
    owners = np.repeat(np.arange(len(batch)), np.diff(indptr))[is_like]
    liked = items[is_like]
    by_id = np.lexsort((draw.order[liked], owners))
    return starts_of(np.bincount(owners, minlength=len(batch))), liked[by_id]


@compiled
def first_unseen(
    rows: Longs, seen: Ints, indptr: Longs, listed: Ints, items: int, size: int
) -> Ints:
    """Return the first unseen items of each user's list, users x size, -1 where there are no more.

    >>> nothing, user = np.zeros(0, np.int32), np.array([0, 1])
    >>> first_unseen(user, np.array([7], np.int32), np.array([0, 3]),
    ...              np.array([3, 7, 5], np.int32), 9, 4).tolist()
    [[3, 5, -1, -1]]
    """
    users = len(rows) - 1
    found = np.full((users, size), -1, np.int32)
    taken = np.zeros(items, np.bool_)
    for user in range(users):
        mine = seen[rows[user] : rows[user + 1]]
        taken[mine] = True
        filled = 0
        for item in listed[indptr[user] : indptr[user + 1]]:
            if filled < size and not taken[item]:
                found[user, filled] = item
                filled += 1
        taken[mine] = False
    return found


@compiled
def drawn(rows: Longs, seen: Ints, seeds: Seeds, pool: Ints, items: int, size: int) -> Ints:
    """Return unseen items of the pool, each as likely, users x size, -1 where there are no more.

    A user's draws are the mixed multiples of a step from the user's seed; what is seen or drawn
    already is drawn again.
    """
    users = len(rows) - 1
    found = np.full((users, size), -1, np.int32)
    taken = np.zeros(items, np.bool_)
    for user in range(users):
        mine = seen[rows[user] : rows[user + 1]]
        taken[mine] = True
        wanted = min(size, len(pool) - taken[pool].sum())
        filled, state = 0, seeds[user]
        while filled < wanted:
            state += STEP
            item = pool[splitmix(state) % np.uint64(len(pool))]
            if not taken[item]:
                taken[item] = True
                found[user, filled] = item
                filled += 1
        taken[mine] = False
        for slot in range(filled):
            taken[found[user, slot]] = False
    return found
