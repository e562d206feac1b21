"""Where a training's snapshot and model are in a store's files, and how long they are kept."""

import shutil
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

SNAPSHOTS = "snapshots"
MODELS = "models"


@dataclass(frozen=True)
class Training:
    """The folders of one training, by an id of everything that decides its weights.

    So a run that was killed finds its checkpoint, which is next to `out`.
    """

    snapshot: Path
    out: Path

    @staticmethod
    def of(files: Path, name: str, training_id: str) -> "Training":
        """Return the folders of a training of the embedder of that name."""
        return Training(files / SNAPSHOTS / training_id, files / MODELS / f"{name}-{training_id}")


def remove_old(files: Path, kept: Collection[Path], hours: float) -> list[Path]:
    """Remove trainings that were last written this many hours ago; returns the removed folders.

    Checkpoints of trainings that never finished are removed too.

    Args:
        files: The store's folder of files.
        kept: Output folders of trainings to keep, with their snapshots.
        hours: Younger folders are kept, because a training may still be writing them.
    """
    ids = {out.name.rpartition("-")[2] for out in kept}
    limit = time.time() - hours * 3600
    folders = [path for name in (SNAPSHOTS, MODELS) for path in sorted((files / name).glob("*"))]
    old = [path for path in folders if not _is_of(path, ids) and path.stat().st_mtime < limit]
    for path in old:
        shutil.rmtree(path)
    return old


def _is_of(path: Path, ids: Collection[str]) -> bool:
    """Return whether a folder (ID, NAME-ID, .NAME-ID.checkpoints) is of one of these trainings."""
    return any(training_id in path.name for training_id in ids)
