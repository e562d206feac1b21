"""XXH64 of texts, as Spark's `xxhash64` computes it (Collet's specification, version 0.1.1)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from colike.compute.arrays import Longs
from colike.compute.compiled import compiled

Hashes = npt.NDArray[np.uint64]
Bytes = npt.NDArray[np.uint8]
#: What Spark starts with.
SEED = 42

P1 = np.uint64(0x9E3779B185EBCA87)
P2 = np.uint64(0xC2B2AE3D27D4EB4F)
P3 = np.uint64(0x165667B19E3779F9)
P4 = np.uint64(0x85EBCA77C2B2AE63)
P5 = np.uint64(0x27D4EB2F165667C5)


@compiled
def _rotated(value: np.uint64, bits: int) -> np.uint64:
    return (value << np.uint64(bits)) | (value >> np.uint64(64 - bits))


@compiled
def _word(text: Bytes, at: int, size: int) -> np.uint64:
    word = np.uint64(0)
    for place in range(size):
        word |= np.uint64(text[at + place]) << np.uint64(8 * place)
    return word


@compiled
def _round(lane: np.uint64, word: np.uint64) -> np.uint64:
    return _rotated(lane + word * P2, 31) * P1


@compiled
def xxh64(text: Bytes, start: int, end: int, seed: np.uint64) -> np.uint64:
    """Return the hash of `text[start:end]`.

    >>> hex(xxh64(np.frombuffer(b"abc", np.uint8), 0, 3, np.uint64(0)))
    '0x44bc2cf5ad770999'
    """
    at, size = start, end - start
    if size >= 32:
        a, b, c, d = seed + P1 + P2, seed + P2, seed, seed - P1
        while at + 32 <= end:
            a = _round(a, _word(text, at, 8))
            b = _round(b, _word(text, at + 8, 8))
            c = _round(c, _word(text, at + 16, 8))
            d = _round(d, _word(text, at + 24, 8))
            at += 32
        state = _rotated(a, 1) + _rotated(b, 7) + _rotated(c, 12) + _rotated(d, 18)
        for lane in (a, b, c, d):
            state = (state ^ _round(np.uint64(0), lane)) * P1 + P4
    else:
        state = seed + P5
    state += np.uint64(size)
    while at + 8 <= end:
        state = _rotated(state ^ _round(np.uint64(0), _word(text, at, 8)), 27) * P1 + P4
        at += 8
    if at + 4 <= end:
        state = _rotated(state ^ (_word(text, at, 4) * P1), 23) * P2 + P3
        at += 4
    while at < end:
        state = _rotated(state ^ (np.uint64(text[at]) * P5), 11) * P1
        at += 1
    state = (state ^ (state >> np.uint64(33))) * P2
    state = (state ^ (state >> np.uint64(29))) * P3
    return state ^ (state >> np.uint64(32))


@compiled
def hashed(seeds: Hashes, text: Bytes, offsets: Longs, which: Longs) -> Hashes:
    """Return the hash of text `which[i]` with seed i, for each i.

    So a chain of texts is hashed as Spark hashes several columns: each hash seeds the next.

    Args:
        seeds: One for each hash.
        text: The bytes of all texts, one after the other.
        offsets: Where each text starts, and the end of the last.
        which: The text of each hash.
    """
    hashes = np.empty(len(which), np.uint64)
    for place in range(len(which)):
        mine = which[place]
        hashes[place] = xxh64(text, offsets[mine], offsets[mine + 1], seeds[place])
    return hashes


@dataclass(frozen=True)
class Texts:
    """Texts in UTF-8: text i is `text[offsets[i]:offsets[i + 1]]`."""

    text: Bytes
    offsets: Longs

    @staticmethod
    def of(values: pa.Array) -> "Texts":
        """Return the texts of an Arrow column without nulls; of numbers, as they are written."""
        texts = pc.cast(values, pa.string())
        offsets = np.frombuffer(texts.buffers()[1], np.int32)[texts.offset :][: len(texts) + 1]
        data = texts.buffers()[2]
        text = np.zeros(0, np.uint8) if data is None else np.frombuffer(data, np.uint8)
        return Texts(text, offsets.astype(np.int64))

    def hashed(self, seeds: Hashes, which: npt.NDArray[Any]) -> Hashes:
        """Return the hash of text `which[i]` with seed i, for each i."""
        return hashed(seeds, self.text, self.offsets, which.astype(np.int64))

    def salted(self, salt: str) -> Hashes:
        """Return the hash of each text after a salt."""
        bytes_ = np.frombuffer(salt.encode("utf-8"), np.uint8)
        seed = xxh64(bytes_, 0, len(bytes_), np.uint64(SEED))
        count = len(self.offsets) - 1
        return self.hashed(np.full(count, seed, np.uint64), np.arange(count))
