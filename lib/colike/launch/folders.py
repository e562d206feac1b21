"""Where a training's snapshot and model are in a store's files, and how long they are kept."""

import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from colike.tables.files import Files

SNAPSHOTS = "snapshots"
MODELS = "models"


@dataclass(frozen=True)
class Training:
    """The folders of one training on this machine; its checkpoints are next to `out`."""

    snapshot: Path
    out: Path


@dataclass(frozen=True)
class TrainingNames:
    """The folders of one training, by their names in the store's files.

    They have an id of everything that decides the weights, so a run that was killed finds its
    checkpoint.
    """

    snapshot: str
    out: str

    @staticmethod
    def of(name: str, training_id: str) -> "TrainingNames":
        """Return the folders of a training of the embedder of that name."""
        return TrainingNames(f"{SNAPSHOTS}/{training_id}", f"{MODELS}/{name}-{training_id}")

    def below(self, work: Path) -> Training:
        """Return the folders where they are made."""
        return Training(work / self.snapshot, work / self.out)


def remove_old(files: Files, kept: Collection[str], hours: float) -> list[str]:
    """Remove trainings that were last written this many hours ago; returns the removed folders.

    Checkpoints of trainings that never finished are removed too.

    Args:
        files: The store's files.
        kept: Names of the output folders of trainings to keep, with their snapshots.
        hours: Younger folders are kept, because a training may still be writing them.
    """
    ids = {out.rpartition("-")[2] for out in kept}
    limit = time.time() - hours * 3600
    folders = {name: at for of in (SNAPSHOTS, MODELS) for name, at in files.folders(of).items()}
    old = [name for name, at in sorted(folders.items()) if not _is_of(name, ids) and at < limit]
    for name in old:
        files.remove(name)
    return old


def remove_snapshots(files: Files) -> list[str]:
    """Remove all snapshots, which a training exports again; returns their names."""
    found = sorted(files.folders(SNAPSHOTS))
    for name in found:
        files.remove(name)
    return found


def _is_of(name: str, ids: Collection[str]) -> bool:
    """Return whether a folder (ID, NAME-ID, .NAME-ID.checkpoints) is of one of these trainings."""
    return any(training_id in name.rpartition("/")[2] for training_id in ids)
