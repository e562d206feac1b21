"""Where a training's snapshot and model lie in a store's files, and how long they stay."""

import shutil
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

SNAPSHOTS = "snapshots"
MODELS = "models"


@dataclass(frozen=True)
class Training:
    """The folders of one training, by an id of what decides its weights.

    So a run that was killed finds its own checkpoint again, which lies beside `out`.
    """

    snapshot: Path
    out: Path

    @staticmethod
    def of(files: Path, name: str, training_id: str) -> "Training":
        """Return the folders of the training of an embedder of that name."""
        return Training(files / SNAPSHOTS / training_id, files / MODELS / f"{name}-{training_id}")


def remove_old(files: Path, kept: Collection[Path], hours: float) -> list[Path]:
    """Remove trainings that nobody asked for in so many hours; returns the folders removed.

    What a training that never ended has left behind goes with it.

    Args:
        files: The store's folder of files.
        kept: Output folders of trainings to be left alone, with their snapshots.
        hours: Younger folders are left alone too: one may be being written.
    """
    ids = {out.name.rpartition("-")[2] for out in kept}
    limit = time.time() - hours * 3600
    folders = [path for name in (SNAPSHOTS, MODELS) for path in sorted((files / name).glob("*"))]
    old = [path for path in folders if not _is_of(path, ids) and path.stat().st_mtime < limit]
    for path in old:
        shutil.rmtree(path)
    return old


def _is_of(path: Path, ids: Collection[str]) -> bool:
    """Whether a folder is of one of these trainings: ID, NAME-ID, or .NAME-ID.checkpoints."""
    return any(training_id in path.name for training_id in ids)
