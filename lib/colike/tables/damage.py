"""Damaged tables: found by reading every file, set aside so that the next run makes them again."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException

from colike.errors import StoreError, cause_of, notes_of
from colike.tables.contracts import contracts
from colike.tables.state import READING, newest_commit, unreadable, wrong_with
from colike.tables.store import Store

#: A file of a table, or the table's folder, as Spark's and Delta's errors name it; or our own note.
FILE = re.compile(rf"/tables/(\w+)|/(\w+)/(?:_delta_log|part-)|{READING} (\w+)")


def damages(store: Store) -> Mapping[str, str | None]:
    """Return the tables of a store, each with what is wrong with it, None where nothing is.

    Every file of the newest versions is read.
    """
    there = store.existing()
    without_log = store.location.without_log(store.spark, set(contracts()) - there)
    found = dict.fromkeys(without_log, "its log, _delta_log, is missing")
    return {
        table: found.get(table) or _damage_of(store, table)
        for table in contracts()
        if table in there or table in found
    }


def _damage_of(store: Store, table: str) -> str | None:
    try:
        wrong = wrong_with(newest_commit(store.spark, store.location.identifier(table)))
        if wrong is not None:
            return wrong
        store.read(table).write.format("noop").mode("overwrite").save()
    except (PySparkException, Py4JJavaError) as error:
        return cause_of(error)
    return None


@contextmanager
def naming_damaged_tables() -> Iterator[None]:
    """Say of an error of Spark which table it could not read; others stay as they are.

    Raises:
        StoreError: The table, the cause, and how to mend it.
    """
    try:
        yield
    except (PySparkException, Py4JJavaError) as error:
        unreadable = of_a_table(error)
        if unreadable is None:
            raise
        raise unreadable from error


def of_a_table(error: BaseException) -> StoreError | None:
    """Return an error of Spark as a sentence about the table that it names; None if it does not."""
    told = "\n".join([str(error), *notes_of(error)])
    for found in FILE.finditer(told):
        table = found[1] or found[2] or found[3]
        if table in contracts():
            return unreadable(table, cause_of(error))
    return None
