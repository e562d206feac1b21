"""Training pairs through petastorm, the reader that Databricks' ML runtimes ship."""

import importlib
import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from types import ModuleType

from colike.errors import DependencyError
from colike.snapshot.manifest import PAIRS, Snapshot
from colike.training.readers.base import READ_COLUMNS, PairBatch, ReaderOptions, Rows, to_rows
from colike.training.readers.sampler import pair_batches


@dataclass(frozen=True)
class PetastormReader:
    """Reads the manifest's files in sequence through one petastorm reader for all epochs.

    One reader for all epochs, because petastorm's memory grows with every reader; its own
    shuffling is off, and its pool is the calling thread, so that rows keep the files' order.
    """

    snapshot: Snapshot
    options: ReaderOptions

    def __iter__(self) -> Iterator[PairBatch]:
        """Yield this process's batches until all epochs are read."""
        return pair_batches(self._chunks(), self.snapshot.rows(PAIRS), self.options)

    def _chunks(self) -> Iterator[Rows]:
        # Listed files, never the folder: a glob would read what the manifest leaves out.
        # Not as_uri(): petastorm takes a URL's path as it stands and decodes no %20.
        urls = [f"file://{path.resolve()}" for path in self.snapshot.files(PAIRS)]
        with _quiet():
            reader = _petastorm().make_batch_reader(
                urls,
                schema_fields=[f"^{name}$" for name in READ_COLUMNS],
                reader_pool_type="dummy",
                shuffle_row_groups=False,
                num_epochs=self.options.epochs,
            )
        try:
            while True:
                with _quiet():
                    chunk = next(reader, None)
                if chunk is None:
                    return
                yield to_rows(chunk._asdict())
        finally:
            with _quiet():
                reader.stop()
                reader.join()


def _petastorm() -> ModuleType:
    try:
        return importlib.import_module("petastorm")
    except ImportError as error:
        raise DependencyError(
            f"petastorm cannot be imported ({error}); install colike[petastorm] "
            "or set train.reader to arrow"
        ) from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence petastorm's print at the end, and its warnings about pyarrow's older API."""
    with redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore", category=FutureWarning)
        warnings.simplefilter("ignore", category=DeprecationWarning)
        yield
