"""Users who asked to be forgotten: told by salted hashes, and left out of what is read."""

import hashlib
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from colike import columns as C
from colike.compute.arrays import Bools
from colike.data.reading.rows import Rows
from colike.tables.contracts import contracts

FORGOTTEN = "forgotten"
#: What takes the place of an error that quoted a forgotten user's row.
REMOVED = "removed by colike forget"
#: What ids in a line without a form may be parted by.
SEPARATORS = re.compile(r"[\s,;:|\"'{}\[\]]+")


@dataclass(frozen=True)
class Forgotten:
    """The hashes of forgotten users, and the salt that they were made with."""

    salt: str
    hashes: frozenset[str] = frozenset()

    @staticmethod
    def of(rows: DataFrame) -> "Forgotten":
        """Return what table forgotten says; with a new salt where it has no rows."""
        found = rows.select(C.SALT, C.USER_HASH).collect()
        salt = found[0][C.SALT] if found else secrets.token_hex(16)
        return Forgotten(salt, frozenset(row[C.USER_HASH] for row in found))

    def hash_of(self, user: int | str) -> str:
        """Return the hash of a user id."""
        return hashlib.sha256(f"{self.salt}{user}".encode()).hexdigest()

    def has(self, user: int | str | None) -> bool:
        """Return whether a user is forgotten."""
        return user is not None and self.hash_of(user) in self.hashes

    def among(self, users: pa.Array) -> Bools:
        """Return which of some user ids, with nulls, are of forgotten users."""
        if not self.hashes:
            return np.zeros(len(users), np.bool_)
        named = pc.dictionary_encode(users)
        known = np.array([self.has(user) for user in named.dictionary.to_pylist()] + [False])
        places = pc.fill_null(named.indices, len(known) - 1).to_numpy(zero_copy_only=False)
        found: Bools = known[places]
        return found

    def is_named_in(self, text: str) -> bool:
        """Return whether a line that could not be read names a forgotten user."""
        return any(self.has(part) for part in {text.strip(), *SEPARATORS.split(text)})

    def row_of(self, user: int | str, at: datetime) -> dict[str, object]:
        """Return the row of table forgotten that a user gets, without its run."""
        return {C.USER_HASH: self.hash_of(user), C.SALT: self.salt, C.AT: at}

    def left_out(self, rows: Rows, users: pa.Array) -> Rows:
        """Return rows of a file without those of forgotten users.

        Args:
            rows: Rows of a file.
            users: The user ids of its table.
        """
        gone = self.among(users)
        rejected = tuple(row for row in rows.rejected if not self.is_named_in(row.text))
        if not gone.any():
            return replace(rows, rejected=rejected)
        kept = ~gone
        return Rows(rows.table.filter(pa.array(kept)), lambda: rows.lines()[kept], rejected)


def rows_of_others(user: int | str) -> Mapping[str, Callable[[DataFrame], DataFrame]]:
    """Return, by table, what stays of its rows without a user.

    These are all tables with users, those that quote rows of files, and the log, whose errors may
    quote some. A row is quoted as text, so one of another user who has the id among its numbers
    goes too.
    """

    def of_others(rows: DataFrame) -> DataFrame:
        return rows.where(F.col(C.USER_ID) != F.lit(user))

    def quoting_others(rows: DataFrame) -> DataFrame:
        return rows.where(~_is_named_in(user, F.col(C.ROW)))

    def with_errors_of_others(rows: DataFrame) -> DataFrame:
        error = F.when(_is_named_in(user, F.col(C.ERROR)), REMOVED).otherwise(F.col(C.ERROR))
        return rows.withColumn(C.ERROR, error)

    kept: dict[str, Callable[[DataFrame], DataFrame]] = {}
    for name, contract in contracts().items():
        columns = {column.name for column in contract.columns}
        if C.USER_ID in columns:
            kept[name] = of_others
        elif C.ROW in columns:
            kept[name] = quoting_others
        elif C.ERROR in columns:
            kept[name] = with_errors_of_others
    return kept


def _is_named_in(user: int | str, text: Column) -> Column:
    pattern = rf"(?<![\w-]){re.escape(str(user))}(?![\w-])"
    return F.coalesce(text.rlike(pattern), F.lit(False))
