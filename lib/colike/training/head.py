"""A linear map of frozen vectors: what can be trained in a minute without a GPU."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

from colike import columns as c

try:
    from sentence_transformers.sentence_transformer.modules import Dense
except ImportError:  # before release 6
    from sentence_transformers.models import Dense

Items = NDArray[np.int32]


class HeadEncoder(torch.nn.Module):
    """Maps item_idx to unit vectors, by a matrix that starts as the identity."""

    def __init__(
        self, model: SentenceTransformer, items: Items, vectors: NDArray[np.float32]
    ) -> None:
        super().__init__()
        dimensions = vectors.shape[1]
        self.linear = torch.nn.Linear(dimensions, dimensions, bias=False)
        torch.nn.init.eye_(self.linear.weight)
        self._model = [model]  # in a list, so that torch does not register it as a submodule
        self._items = items
        self.register_buffer("_vectors", torch.from_numpy(vectors), persistent=False)

    def forward(self, items: Items, draw: int | None = None) -> torch.Tensor:
        """Return fp32 unit vectors of shape (items, dimensions), the same for every draw."""
        rows = torch.from_numpy(np.searchsorted(self._items, items))
        vectors = self.get_buffer("_vectors")
        mapped = self.linear(vectors[rows.to(vectors.device)])
        return torch.nn.functional.normalize(mapped.float(), dim=1)

    def as_model(self) -> SentenceTransformer:
        """Return the base model followed by the map."""
        (base,) = self._model
        weight = self.linear.weight.detach().cpu()
        dense = Dense(*weight.shape[::-1], bias=False, activation_function=torch.nn.Identity())
        dense.linear.weight.data.copy_(weight)
        made = SentenceTransformer(modules=[*base.children(), dense], device="cpu")
        made.max_seq_length = base.max_seq_length
        return made


def read_vectors(files: Sequence[Path], items: Items) -> NDArray[np.float32] | None:
    """Read the base model's vectors of the items from a snapshot; None if any is missing.

    Returns:
        Unit vectors, shape (items, dimensions), in the order of `items`.
    """
    tables = [pq.read_table(path, columns=[c.ITEM_IDX, c.EMBEDDING]) for path in files]
    if not tables:
        return None
    index = np.concatenate([table.column(c.ITEM_IDX).to_numpy() for table in tables])
    order = np.argsort(index, kind="stable")
    if not np.array_equal(index[order], items):
        return None
    rows = [row for table in tables for row in table.column(c.EMBEDDING).to_pylist()]
    vectors: NDArray[np.float32] = np.array(rows, np.float32)[order]
    return vectors
