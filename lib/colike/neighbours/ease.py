"""EASE: the weights between items that predict likes best, in closed form.

Steck, "Embarrassingly Shallow Autoencoders for Sparse Data" (2019); with dropout EDLAE, Steck,
"Autoencoders that don't overfit towards the Identity" (2020). Inputs may weigh other opinions than
likes, targets are likes (docs/method.md, Closed forms).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg.blas import ssymm
from scipy.linalg.lapack import spotrf, spotri

from colike.compute.arrays import Doubles, Floats, Ints, Longs
from colike.errors import ConfigError

# Rows or columns of a matrix that are worked on at once.
PANEL = 1024
PROBES = 16
#: Largest entry of P (X'X + lambda I) - I among the probed columns.
LARGEST_RESIDUAL = 1e-2


@dataclass(frozen=True)
class Solved:
    """Weights from each item (row) to each item (column), zero to itself; and the residual."""

    weights: Floats
    residual: float


@dataclass(frozen=True)
class Edges:
    """Weights that are kept, sorted by owner, then rank: owner, neighbour and signed weight."""

    owners: Ints
    items: Ints
    weights: Doubles


def solved(
    inputs: Floats, targets: Floats, likes: Longs, regularization: float, dropout: float
) -> Solved:
    """Return the weights B that minimise |Y - XB|^2 + lambda |B|^2 with a zero diagonal.

    P = (X'X + lambda I)^-1, Q = P X'Y, B = Q - P diag(diag Q / diag P). The lambda of an item with
    n likes is `regularization` plus n p / (1 - p) for a dropout of p.

    Args:
        inputs: X'X, items x items, in Fortran's order; P takes its place.
        targets: X'Y; B takes its place.
        likes: Likes of each item.
        regularization: Lambda, in the unit of likes.
        dropout: Share of each user's likes that is left out, in expectation; below 1.

    Raises:
        ConfigError: Single precision does not do for so small a lambda.
    """
    n, weights = len(inputs), targets
    inputs[np.arange(n), np.arange(n)] += regularization + likes * (dropout / (1 - dropout))
    probed = np.linspace(0, n - 1, min(PROBES, n)).astype(np.int64)
    probes = inputs[:, probed].copy()
    inverse = _inverted(inputs)
    identity = np.zeros_like(probes)
    identity[probed, np.arange(len(probed))] = 1
    product = ssymm(1, inverse, np.asfortranarray(probes), lower=1)
    residual = float(np.abs(product - identity).max(initial=0))
    if residual > LARGEST_RESIDUAL:
        raise ConfigError(
            f"sources.ease.regularization = {regularization:g} is too small for so many likes: the "
            f"residual is {residual:.2g}, above {LARGEST_RESIDUAL:g}; raise it tenfold."
        )
    for start in range(0, n, PANEL):
        panel = slice(start, start + PANEL)
        weights[:, panel] = ssymm(1, inverse, np.asfortranarray(weights[:, panel]), lower=1)
    scale = np.diag(weights) / np.diag(inverse)
    for start in range(0, n, PANEL):
        panel = slice(start, start + PANEL)
        weights[:, panel] -= inverse[:, panel] * scale[panel]
    np.fill_diagonal(weights, 0)
    return Solved(weights, residual)


@dataclass(frozen=True)
class Cuts:
    """The smallest |weight| that each row and each column keeps; zero where it has no more."""

    rows: Floats
    columns: Floats


def cuts(weights: Floats, keep: Sequence[int]) -> dict[int, Cuts]:
    """Return, for each of several numbers, what the so many largest |weights| are at least.

    Args:
        weights: Items x items.
        keep: How many weights of each row, and of each column, are kept.
    """
    n = len(weights)
    rows, columns = (np.zeros((len(keep), n), np.float32) for _ in range(2))
    places = [max(n - number, 0) for number in keep]
    for start in range(0, n, PANEL):
        panel = slice(start, start + PANEL)
        for found, part in ((rows, weights[panel]), (columns, weights[:, panel].T)):
            size = np.abs(np.ascontiguousarray(part))
            size.partition(sorted(set(places)), axis=1)
            found[:, panel] = size[:, places].T
    return {number: Cuts(*both) for number, *both in zip(keep, rows, columns, strict=True)}


def kept(weights: Floats, cut: Cuts, order: Ints) -> Edges:
    """Return the weights that are among the largest of their row, or of their column.

    A cut by rows alone, or by falling weight, loses what tells two audiences apart.

    Args:
        weights: Items x items.
        cut: The least that is kept.
        order: Rank of each item by id, which breaks ties.
    """
    found = []
    for start in range(0, len(weights), PANEL):
        panel = slice(start, start + PANEL)
        size = np.abs(weights[panel])
        stays = (size >= cut.rows[panel, None]) | (size >= cut.columns)
        owners, items = np.nonzero(stays & (size > 0))
        found.append((owners + start, items, weights[panel][owners, items]))
    owners, items, values = (np.concatenate(parts) for parts in zip(*found, strict=True))
    by_rank = np.lexsort((order[items], -np.abs(values), owners))
    return Edges(
        owners[by_rank].astype(np.int32),
        items[by_rank].astype(np.int32),
        values[by_rank].astype(np.float64),
    )


def _inverted(matrix: Floats) -> Floats:
    """Return the inverse of a positive definite matrix, in its place."""
    factor, failed = spotrf(matrix, lower=1, clean=0, overwrite_a=1)
    if failed:
        raise ConfigError(
            "sources.ease: the weighted co-ratings are not positive definite; raise "
            "sources.ease.regularization."
        )
    inverse, _ = spotri(factor, lower=1, overwrite_c=1)
    n = len(inverse)
    for start in range(0, n, PANEL):
        end = min(start + PANEL, n)
        square = inverse[start:end, start:end]
        square[:] = np.tril(square) + np.tril(square, -1).T
        inverse[start:end, end:] = inverse[end:, start:end].T
    return np.asarray(inverse)
