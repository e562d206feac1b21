"""The snapshot's likes: how many users like each item."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from colike import columns as c


def read_likes(files: Sequence[Path]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Return item_idx, ascending, and the train likes of each, from the snapshot's items."""
    items, likes = [np.empty(0, np.int32)], [np.empty(0, np.int64)]
    for path in files:
        table = pq.read_table(path, columns=[c.ITEM_IDX, c.LIKES])
        items.append(table.column(c.ITEM_IDX).to_numpy())
        likes.append(table.column(c.LIKES).to_numpy())
    found = np.concatenate(items).astype(np.int32)
    order = np.argsort(found, kind="stable")
    return found[order], np.concatenate(likes)[order].astype(np.int64)
