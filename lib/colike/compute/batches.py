"""Sizes Arrow batches between Spark and Python by bytes, not rows."""

# Upper bound of a batch, as if every row were as large as the largest.
MOST_BYTES = 64 << 20


def rows_per_batch(row_bytes: int, limit: int) -> int:
    """Return how many rows of at most `row_bytes` bytes fit into a batch, at least one.

    Args:
        row_bytes: Bytes of the largest row.
        limit: Most rows; 0 or less means no limit, as in Spark.

    >>> rows_per_batch(1 << 20, 10_000)
    64
    >>> rows_per_batch(1, 10_000)
    10000
    """
    rows = max(1, MOST_BYTES // max(row_bytes, 1))
    return min(rows, limit) if limit > 0 else rows
