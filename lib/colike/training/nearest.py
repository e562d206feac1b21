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
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Return each row's nearest others and their cosines, best first: shape (rows, depth) each.

    Args:
        vectors: unit vectors, shape (rows, dimensions).
        depth: others of each row; fewer if there are fewer rows.
        device: where to compute.
    """
    whole = torch.from_numpy(vectors).to(device)
    depth = max(0, min(depth, len(whole) - 1))
    found, values = [], []
    for start in range(0, len(whole), _ROWS):
        cosines = whole[start : start + _ROWS] @ whole.T
        own = torch.arange(len(cosines), device=device)
        cosines[own, start + own] = -torch.inf
        top = cosines.topk(depth, dim=1)
        found.append(top.indices.cpu().numpy().astype(np.int32))
        values.append(top.values.cpu().numpy())
    return np.concatenate(found), np.concatenate(values)
