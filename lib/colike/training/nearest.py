"""Exact nearest neighbours by cosine, a block of rows at a time, on any device."""

import numpy as np
import torch
from numpy.typing import NDArray

# Rows of cosines that are in memory at once.
_ROWS = 2048


def nearest(
    vectors: NDArray[np.float32],
    depth: int,
    device: torch.device | str = "cpu",
    among: NDArray[np.int32] | None = None,
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Return each row's nearest others and their cosines, best first: shape (rows, depth) each.

    Args:
        vectors: unit vectors, shape (rows, dimensions).
        depth: others of each row; fewer if there are fewer rows.
        device: where to compute.
        among: rows that may be among the nearest; None for all.
    """
    whole = torch.from_numpy(vectors).to(device)
    rows = np.arange(len(vectors), dtype=np.int32) if among is None else among
    others = torch.from_numpy(rows).to(device)
    candidates = whole if among is None else whole[others.long()]
    depth = max(0, min(depth, len(rows) - 1))
    found, values = [], []
    for start in range(0, len(whole), _ROWS):
        cosines = whole[start : start + _ROWS] @ candidates.T
        own = torch.arange(start, start + len(cosines), device=device)
        cosines.masked_fill_(own[:, None] == others[None, :], -torch.inf)
        top = cosines.topk(depth, dim=1)
        found.append(rows[top.indices.cpu().numpy()])
        values.append(top.values.cpu().numpy())
    return np.concatenate(found), np.concatenate(values)
