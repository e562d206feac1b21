"""Scores every user: Arrow batches of histories in, lists out, a scorer between them."""

from collections.abc import Iterable, Iterator, Mapping

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.compute.batches import MOST_BYTES
from colike.recommend.histories import Histories
from colike.recommend.lists import LIST_COLUMNS, to_arrow, users_per_block
from colike.recommend.scorers import Scorer
from colike.tables import contracts
from colike.tables.contracts import IdTypes

# Lists are made and sent on in blocks of at most so many bytes.
BLOCK_BYTES = 16 << 20
INDEX_BYTES = 4
# Users without whom a batch is not worth its way to Python and back.
FEWEST_ROWS = 256


def recommend_all(
    histories: Mapping[str, DataFrame], scorer: Scorer, ids: IdTypes
) -> dict[str, DataFrame]:
    """Return the lists of all users by history: LIST_COLUMNS, as table recommendations has them.

    Args:
        histories: user_id, likes and seen (item_idx), by the name of the history; one or more.
        scorer: What scores; every executor receives it once.
        ids: Types of the ids.
    """
    contract = contracts()["recommendations"].spark_schema(ids)
    schema = type(contract)([contract[name] for name in LIST_COLUMNS])
    spark = next(iter(histories.values())).sparkSession
    shared = spark.sparkContext.broadcast(scorer)

    def score(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield from scored(batch, shared.value)

    return {name: history.mapInArrow(score, schema) for name, history in histories.items()}


def scored(batch: pa.RecordBatch, scorer: Scorer) -> Iterator[pa.RecordBatch]:
    """Yield the lists of a batch with user_id, likes and seen as rows with LIST_COLUMNS."""
    everyone = Histories.of_batch(batch)
    for start, end in everyone.blocks(users_per_block(BLOCK_BYTES, scorer.k)):
        lists = scorer(everyone.of_users(start, end))
        users = batch.column(C.USER_ID).slice(start, end - start)
        yield to_arrow(users, lists, scorer.catalogue)


def history_bytes(history: DataFrame, items: int) -> int:
    """Return the most bytes that likes and seen items of a row of user_history can have.

    Nobody has seen more than all items. Only where so few such rows make a batch that it would
    not pay to send them, the longest history is looked for; likes are some of the seen items, so
    that those alone are read.

    Args:
        history: Rows of user_history.
        items: Number of items.
    """
    bound = 2 * INDEX_BYTES * items
    if MOST_BYTES // max(bound, 1) >= FEWEST_ROWS:
        return bound
    seen = (F.size(name) for name in history.columns if name.startswith(C.SEEN))
    most = history.agg(F.coalesce(F.max(sum(seen, F.lit(0))), F.lit(0))).collect()[0][0]
    return 2 * INDEX_BYTES * int(most)
