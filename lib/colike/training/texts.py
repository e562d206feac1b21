"""The items' descriptions as token ids, made once and kept as two arrays."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import pyarrow.parquet as pq
import torch
from numpy.typing import NDArray

from colike import columns as c
from colike.errors import SnapshotError

_TOKENISED_AT_ONCE = 4096


class Tokenizer(Protocol):
    """What is used of a transformers tokenizer."""

    pad_token_id: int | None

    def __call__(
        self, text: list[str], *, truncation: bool, max_length: int
    ) -> Mapping[str, list[list[int]]]:
        """Token ids of each text, under `input_ids`."""
        ...


@dataclass(frozen=True)
class Tokens:
    """Token ids of all descriptions, end to end."""

    #: item_idx of each description, ascending.
    items: NDArray[np.int32]
    #: Ids of items[i] lie in ids[starts[i]:starts[i + 1]].
    starts: NDArray[np.int64]
    ids: NDArray[np.int32]
    pad_id: int

    def lengths(self, items: NDArray[np.int32]) -> NDArray[np.int64]:
        """Tokens of each item's description: shape (items,)."""
        row = self._rows(items)
        lengths: NDArray[np.int64] = self.starts[row + 1] - self.starts[row]
        return lengths

    def features(self, items: NDArray[np.int32]) -> dict[str, torch.Tensor]:
        """A transformer's input, padded to the longest: input_ids and attention_mask.

        Both of shape (items, longest) and type int64, in the order asked for.
        """
        row, lengths = self._rows(items), self.lengths(items)
        column = np.arange(int(lengths.max()))
        mask = column[None, :] < lengths[:, None]
        place = np.minimum(self.starts[row][:, None] + column[None, :], len(self.ids) - 1)
        ids = np.where(mask, self.ids[place], self.pad_id)
        return {
            "input_ids": torch.from_numpy(ids.astype(np.int64)),
            "attention_mask": torch.from_numpy(mask.astype(np.int64)),
        }

    def _rows(self, items: NDArray[np.int32]) -> NDArray[np.int64]:
        row = np.minimum(np.searchsorted(self.items, items), len(self.items) - 1)
        wrong = self.items[row] != items
        if wrong.any():
            raise SnapshotError(
                f"items: no description for item_idx {items[wrong][0]}, which a pair names; "
                "export items and pairs from the same run"
            )
        return row


def read_texts(files: Sequence[Path]) -> tuple[NDArray[np.int32], list[str]]:
    """item_idx in ascending order and the description of each; a missing one is empty.

    Raises:
        SnapshotError: no items, or an item_idx that stands twice.
    """
    tables = [pq.read_table(path, columns=[c.ITEM_IDX, c.DESCRIPTION]) for path in files]
    if not tables:
        raise SnapshotError("items: the snapshot holds no item; export the table items again")
    items = np.concatenate([table.column(c.ITEM_IDX).to_numpy() for table in tables])
    texts = [text or "" for table in tables for text in table.column(c.DESCRIPTION).to_pylist()]
    order = np.argsort(items, kind="stable")
    items = items[order].astype(np.int32)
    if (np.diff(items) == 0).any():
        raise SnapshotError(
            f"items: item_idx {items[:-1][np.diff(items) == 0][0]} stands twice; export items again"
        )
    return items, [texts[place] for place in order]


def tokenise(
    tokenizer: Tokenizer, items: NDArray[np.int32], texts: Sequence[str], max_tokens: int
) -> Tokens:
    """Tokenise each text once, cut at `max_tokens` (special tokens included)."""
    ids: list[int] = []
    lengths: list[int] = []
    for start in range(0, len(texts), _TOKENISED_AT_ONCE):
        some = [text.strip() for text in texts[start : start + _TOKENISED_AT_ONCE]]
        encoded = tokenizer(some, truncation=True, max_length=max_tokens)["input_ids"]
        lengths.extend(len(one) for one in encoded)
        ids.extend(itertools.chain.from_iterable(encoded))
    starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    return Tokens(items, starts, np.array(ids, np.int32), tokenizer.pad_token_id or 0)
