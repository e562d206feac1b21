"""Scores every user: a scorer turns Arrow batches of histories into lists."""

from collections.abc import Iterable, Iterator, Mapping

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.compute.batches import MOST_BYTES
from colike.data.history import opinions_of
from colike.data.splits import SPLITS
from colike.recommend.histories import Histories
from colike.recommend.lists import LIST_COLUMNS, to_arrow, users_per_block
from colike.recommend.scorers import Scorer
from colike.tables import contracts
from colike.tables.contracts import IdTypes

# Lists are made and sent back in blocks of at most this size.
BLOCK_BYTES = 16 << 20
INDEX_BYTES = 4
# A batch of fewer users is not worth the trip to Python and back.
FEWEST_ROWS = 256


def recommend_all(
    histories: Mapping[str, DataFrame], scorer: Scorer, ids: IdTypes
) -> dict[str, DataFrame]:
    """Return the lists of all users by history, with the columns LIST_COLUMNS.

    Args:
        histories: user_id and item_idx by opinion, by name of the history; at least one.
        scorer: Every executor receives it once.
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
    """Yield the lists of a batch of histories, as rows with LIST_COLUMNS."""
    everyone = Histories.of_batch(batch)
    for start, end in everyone.blocks(users_per_block(BLOCK_BYTES, scorer.k)):
        lists = scorer(everyone.of_users(start, end))
        users = batch.column(C.USER_ID).slice(start, end - start)
        yield to_arrow(users, lists, scorer.catalogue)


def history_bytes(history: DataFrame, items: int) -> int:
    """Return an upper bound of the bytes of seen items in a row of user_history.

    Nobody has seen more than all items. Only if that bound would make batches too small to be
    worth sending is the longest history looked up.

    Args:
        history: Rows of user_history.
        items: Number of items.
    """
    bound = INDEX_BYTES * items
    if MOST_BYTES // max(bound, 1) >= FEWEST_ROWS:
        return bound
    seen = (F.size(f"{name}_{split}") for split in SPLITS for name in opinions_of(split))
    most = history.agg(F.coalesce(F.max(sum(seen, F.lit(0))), F.lit(0))).collect()[0][0]
    return INDEX_BYTES * int(most)
