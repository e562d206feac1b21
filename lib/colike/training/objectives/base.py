"""What the training loop needs of an objective: its batches, and the loss of each."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Literal, Protocol, TypeVar

import numpy as np
import torch
from numpy.typing import NDArray

from colike.errors import SnapshotError
from colike.snapshot.manifest import PAIRS, Snapshot
from colike.snapshot.settings import TrainSettings
from colike.training.mining import Mining
from colike.training.readers import open_reader
from colike.training.readers.base import BatchReader, PairBatch, ReaderOptions
from colike.training.relations import Partners

Items = NDArray[np.int32]


class Step(Protocol):
    """One batch: each item is encoded once, and the objective's arrays refer to its row."""

    @property
    def items(self) -> Items:
        """Return item_idx of the texts to encode, each once: shape (texts,)."""
        ...

    @property
    def comparisons(self) -> int:
        """Return the number of couples of texts that the loss has a label for."""
        ...

    @property
    def masked(self) -> int:
        """Return the number of couples left out of the loss as false negatives."""
        ...


StepT = TypeVar("StepT", bound=Step)
BatchT = TypeVar("BatchT")
# Keeps a batch's draws apart from the random numbers that order an epoch.
_DRAWS = 1


@dataclass(frozen=True)
class Share:
    """Which batches to make: how many epochs, from which batch on, and for which process."""

    epochs: int
    batch_size: int
    rank: int = 0
    world_size: int = 1
    start: int = 0

    def numbered(self, batches: Iterable[BatchT]) -> Iterator[tuple[int, BatchT]]:
        """Yield the batches from `start` on, each with its number."""
        return islice(enumerate(batches), self.start, None)

    def random(self, seed: int, number: int) -> np.random.Generator:
        """Return the generator of a batch, whether or not the batches before it were made."""
        return np.random.default_rng([seed, _DRAWS, self.rank, number])


class Objective(Protocol[StepT]):
    """A way to train; made once per run from the snapshot and the settings."""

    #: Epochs if the settings have none.
    default_epochs: int
    #: Peak learning rate if the settings have none.
    default_learning_rate: float
    #: Batch size if the settings have none.
    default_batch_size: int
    #: Rows of an epoch: pairs, or anchors.
    rows: int
    #: Whether a batch's texts are compared with each other. If so, all processes make the same
    #: large batch and each encodes its share of the texts; if not, each makes its own batch.
    in_batch: bool
    #: What is trained along with the encoder, if anything.
    module: torch.nn.Module | None
    #: What mines hard negatives, if the settings ask for it, and those in use now.
    mining: Mining | None
    hard: Partners | None

    def steps(self, share: Share) -> Iterator[StepT]:
        """Yield this process's batches, in an order that the settings' seed decides.

        A batch depends on its number, not on whether those before it were made.
        """
        ...

    def loss(self, embeddings: torch.Tensor, step: StepT) -> torch.Tensor:
        """Return the scalar loss of a batch, from unit vectors of shape (texts, dimensions)."""
        ...


@dataclass(frozen=True)
class TrainData:
    """A snapshot, how to read its training pairs, and what else an objective needs to know.

    `dimensions` is the length of the model's vectors, `users` the number with a train like.
    """

    snapshot: Snapshot
    settings: TrainSettings
    dimensions: int
    users: int = 0

    def reader(self, share: Share, label: int | None = None) -> BatchReader:
        """Return a reader of the training pairs in the batches of `share`."""
        options = ReaderOptions(
            share.batch_size,
            self.settings.seed,
            epochs=share.epochs,
            label=label,
            rank=share.rank,
            world_size=share.world_size,
            start=share.start,
        )
        return open_reader(self.snapshot, self.settings.reader, options)

    def mining(self, among: Items) -> Mining | None:
        """Return what mines hard negatives among these items; None if the settings mine none."""
        if self.settings.mine_steps is None:
            return None
        return Mining.of(self.snapshot, among, self.settings.mine_min_likes, self.users)

    def pairs(self, split: Literal["train", "heldout"], label: int | None = None) -> PairBatch:
        """Return all pairs of a split at once, about 20 bytes each.

        Raises:
            SnapshotError: there are no training pairs.
        """
        options = ReaderOptions(1 << 20, self.settings.seed, split=split, label=label)
        pairs = PairBatch.joined(list(open_reader(self.snapshot, self.settings.reader, options)))
        if split == "train" and not len(pairs):
            which = "" if label is None else f" with label {label}"
            raise SnapshotError(
                f"{self.snapshot.folder / PAIRS}: no training pairs{which}; lower the threshold "
                "of positives or give more ratings, then export again"
            )
        return pairs


def unique_rows(*groups: Items) -> tuple[Items, list[NDArray[np.int64]]]:
    """Return the distinct items of all groups, and each group's items as rows of them.

    >>> items, rows = unique_rows(np.int32([7, 3]), np.int32([3, 9]))
    >>> items.tolist(), [group.tolist() for group in rows]
    ([3, 7, 9], [[1, 0], [0, 2]])
    """
    items, rows = np.unique(np.concatenate(groups), return_inverse=True)
    ends = np.cumsum([len(group) for group in groups])
    return items, np.split(rows.reshape(-1), ends[:-1])


def drawn_with(partners: Partners | None, anchors: Items, rng: np.random.Generator) -> Items:
    """Draw a partner of each anchor that has any, in the anchors' order."""
    if partners is None:
        return np.empty(0, np.int32)
    return partners.draw(anchors[partners.known(anchors)], rng)
