"""The items' descriptions as token ids, made once; training can leave out sentences."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
import pyarrow.parquet as pq
import torch
from numpy.typing import NDArray

from colike import columns as c
from colike.errors import SnapshotError

_TOKENISED_AT_ONCE = 4096
# Sentences left out make room for what max_tokens cuts off, so this many times as much is kept.
_SPARE = 2
# Texts are padded to a multiple of this: torch keeps plans, and memory, for every shape it meets.
_WIDTHS = 8
_SENTENCE_END: Final = re.compile(r"(?<=[.!?])\s+")

Ids = NDArray[np.int32]


class Tokenizer(Protocol):
    """The part of a fast transformers tokenizer that is used."""

    pad_token_id: int | None

    def __call__(self, text: list[str], **options: Any) -> Mapping[str, Any]:
        """Return `input_ids` of each text, and `offset_mapping` on request."""
        ...


@dataclass(frozen=True)
class Dropping:
    """How often sentences are left out: the first, which has the title, and each other one."""

    title: float
    sentences: float
    seed: int

    def kept(self, item: int, sentences: int, draw: int) -> NDArray[np.bool_]:
        """Return which sentences of an item stay in a draw; all of them if none would.

        The same in every process, whatever else is drawn.
        """
        lots = np.random.default_rng([self.seed, draw, item]).random(sentences)
        stays: NDArray[np.bool_] = lots >= self.sentences
        stays[:1] = lots[:1] >= self.title
        return stays if stays.any() else ~stays


@dataclass(frozen=True)
class Tokens:
    """Token ids of all descriptions, end to end, without the model's special tokens."""

    #: item_idx of each description, ascending.
    items: Ids
    #: The ids of items[i] are ids[starts[i]:starts[i + 1]].
    starts: NDArray[np.int64]
    ids: Ids
    #: The number of each token's sentence within its description.
    sentence: NDArray[np.uint16]
    #: Special tokens before and after every text.
    before: Ids
    after: Ids
    pad_id: int
    max_tokens: int
    dropping: Dropping | None = None

    def texts(self, items: Ids, draw: int | None = None) -> list[Ids]:
        """Return the token ids of each item's text with special tokens, at most max_tokens.

        Args:
            items: item_idx of the texts.
            draw: decides which sentences are left out; None leaves out none.
        """
        room = self.max_tokens - len(self.before) - len(self.after)
        texts = []
        for item, row in zip(items, self._rows(items), strict=True):
            span = slice(self.starts[row], self.starts[row + 1])
            ids = self.ids[span]
            if self.dropping is not None and draw is not None and len(ids):
                sentence = self.sentence[span]
                ids = ids[self.dropping.kept(int(item), int(sentence[-1]) + 1, draw)[sentence]]
            texts.append(np.concatenate([self.before, ids[:room], self.after]))
        return texts

    def features(self, texts: Sequence[Ids]) -> dict[str, torch.Tensor]:
        """Return a transformer's input_ids and attention_mask, padded to one of few widths.

        Both of shape (texts, width) and type int64.
        """
        lengths = np.array([len(text) for text in texts])
        longest = min(-(-int(lengths.max()) // _WIDTHS) * _WIDTHS, self.max_tokens)
        mask = np.arange(longest)[None, :] < lengths[:, None]
        ids = np.full(mask.shape, self.pad_id, np.int64)
        ids[mask] = np.concatenate(texts)
        return {
            "input_ids": torch.from_numpy(ids),
            "attention_mask": torch.from_numpy(mask.astype(np.int64)),
        }

    def _rows(self, items: Ids) -> NDArray[np.int64]:
        row = np.minimum(np.searchsorted(self.items, items), len(self.items) - 1)
        wrong = self.items[row] != items
        if wrong.any():
            raise SnapshotError(
                f"items: no description for item_idx {items[wrong][0]}, which a pair has; "
                "export items and pairs from the same run"
            )
        return row


def read_texts(files: Sequence[Path]) -> tuple[Ids, list[str]]:
    """Return item_idx, ascending, and the description of each; a missing one is empty.

    Raises:
        SnapshotError: there are no items, or an item_idx is repeated.
    """
    tables = [pq.read_table(path, columns=[c.ITEM_IDX, c.DESCRIPTION]) for path in files]
    if not tables:
        raise SnapshotError("items: the snapshot has no items; export the table items again")
    items = np.concatenate([table.column(c.ITEM_IDX).to_numpy() for table in tables])
    texts = [text or "" for table in tables for text in table.column(c.DESCRIPTION).to_pylist()]
    order = np.argsort(items, kind="stable")
    items = items[order].astype(np.int32)
    if (np.diff(items) == 0).any():
        raise SnapshotError(
            f"items: item_idx {items[:-1][np.diff(items) == 0][0]} is repeated; export items again"
        )
    return items, [texts[place] for place in order]


def tokenise(
    tokenizer: Tokenizer,
    items: Ids,
    texts: Sequence[str],
    max_tokens: int,
    dropping: Dropping | None = None,
) -> Tokens:
    """Tokenise each text once.

    Args:
        tokenizer: the model's own.
        items: item_idx of each text, ascending.
        texts: the descriptions.
        max_tokens: tokens of a text that the model reads, special ones included.
        dropping: how sentences are left out in training; None leaves out none.
    """
    kept = max_tokens if dropping is None else _SPARE * max_tokens
    ids: list[Ids] = []
    sentences: list[NDArray[np.uint16]] = []
    for start in range(0, len(texts), _TOKENISED_AT_ONCE):
        some = [text.strip() for text in texts[start : start + _TOKENISED_AT_ONCE]]
        encoded = tokenizer(
            some, add_special_tokens=False, truncation=True, max_length=kept,
            return_offsets_mapping=True,
        )  # fmt: skip
        ids.extend(np.array(one, np.int32) for one in encoded["input_ids"])
        sentences.extend(map(_sentence_of, some, encoded["offset_mapping"]))
    starts = np.concatenate([[0], np.cumsum([len(one) for one in ids])]).astype(np.int64)
    before, after = _special(tokenizer)
    return Tokens(
        items, starts, np.concatenate([*ids, np.empty(0, np.int32)]),
        np.concatenate([*sentences, np.empty(0, np.uint16)]), before, after,
        tokenizer.pad_token_id or 0, max_tokens, dropping,
    )  # fmt: skip


def _sentence_of(text: str, spans: Sequence[tuple[int, int]]) -> NDArray[np.uint16]:
    """Return each token's sentence number, from the position of its letters in the text."""
    starts = [match.end() for match in _SENTENCE_END.finditer(text)]
    at = np.array([last - 1 for _, last in spans], np.int64)
    return np.searchsorted(np.array(starts, np.int64), at, side="right").astype(np.uint16)


def _special(tokenizer: Tokenizer) -> tuple[Ids, Ids]:
    """Return the tokens that the tokenizer puts before and after a text."""
    bare, whole = (
        list(tokenizer(["a"], add_special_tokens=special)["input_ids"][0])
        for special in (False, True)
    )
    at = next(i for i in range(len(whole)) if whole[i : i + len(bare)] == bare)
    return np.array(whole[:at], np.int32), np.array(whole[at + len(bare) :], np.int32)
