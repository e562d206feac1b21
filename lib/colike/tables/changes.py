"""What changed in a table between two of its versions, from Delta's change feed."""

from dataclasses import dataclass

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from colike.tables.store import Store

TYPE = "_change_type"
# Of a row that changed twice the middle state is in both, so that the two sides still balance.
AFTER, BEFORE = ("insert", "update_postimage"), ("delete", "update_preimage")


@dataclass(frozen=True)
class Changes:
    """Changed rows as they became, and as they were; with the table's columns and the feed's."""

    after: DataFrame
    before: DataFrame


def changes(store: Store, table: str, since: int, until: int) -> Changes | None:
    """Return what the versions after `since` changed, up to `until`.

    None where the feed does not reach back so far: it was not kept then, or its files are gone.
    """
    if since == until:
        nothing = store.read(table).where(F.lit(False))
        return Changes(nothing, nothing)
    reader = store.spark.read.option("readChangeFeed", "true")
    reader = reader.option("startingVersion", since + 1).option("endingVersion", until)
    try:
        feed = reader.table(store.location.identifier(table))
        feed.groupBy(TYPE).count().collect()  # opens every file, or fails here
    except (PySparkException, Py4JJavaError):
        return None
    return Changes(feed.where(F.col(TYPE).isin(*AFTER)), feed.where(F.col(TYPE).isin(*BEFORE)))
