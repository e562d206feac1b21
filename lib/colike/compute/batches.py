"""How many rows make an Arrow batch between Spark and Python, by their bytes."""

# The largest batch, if every row were as large as the largest one.
MOST_BYTES = 64 << 20


def rows_per_batch(row_bytes: int, limit: int) -> int:
    """Return how many rows of at most `row_bytes` bytes fit into a batch, one at least.

    Args:
        row_bytes: Bytes of the largest row.
        limit: Never more rows than this; 0 or less means no limit, as it does to Spark.

    >>> rows_per_batch(1 << 20, 10_000)
    64
    >>> rows_per_batch(1, 10_000)
    10000
    """
    rows = max(1, MOST_BYTES // max(row_bytes, 1))
    return min(rows, limit) if limit > 0 else rows
