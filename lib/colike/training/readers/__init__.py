"""Readers of training pairs: petastorm's and Arrow's, with the same batches from both."""

import importlib.util
from typing import Literal

from colike.snapshot.manifest import Snapshot
from colike.training.readers.base import BatchReader, ReaderOptions

ReaderName = Literal["auto", "petastorm", "arrow"]


def open_reader(snapshot: Snapshot, name: ReaderName, options: ReaderOptions) -> BatchReader:
    """Return the reader of that name; `auto` is petastorm if it is installed, else Arrow.

    Raises:
        DependencyError: petastorm is requested but not installed.
    """
    if name == "arrow" or (name == "auto" and importlib.util.find_spec("petastorm") is None):
        from colike.training.readers.arrow_reader import ArrowReader

        return ArrowReader(snapshot, options)
    from colike.training.readers.petastorm_reader import PetastormReader

    return PetastormReader(snapshot, options)
