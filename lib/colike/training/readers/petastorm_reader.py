"""Training pairs through petastorm, the reader that Databricks' ML runtimes ship."""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass

from colike.errors import DependencyError
from colike.training.manifest import PAIRS, Snapshot
from colike.training.readers.base import READ_COLUMNS, PairBatch, ReaderOptions, Rows, to_rows
from colike.training.readers.sampler import pair_batches


@dataclass(frozen=True)
class PetastormReader:
    """Reads the manifest's files in sequence through one petastorm reader for all epochs.

    One reader for all epochs, because petastorm's memory grows when a reader is made anew; its
    own shuffling is off, and its pool is the calling thread, so that rows keep the files' order.
    """

    snapshot: Snapshot
    options: ReaderOptions

    def __iter__(self) -> Iterator[PairBatch]:
        """Batches of this process until all epochs are read."""
        return pair_batches(self._chunks(), self.snapshot.rows(PAIRS), self.options)

    def _chunks(self) -> Iterator[Rows]:
        with warnings.catch_warnings():
            # petastorm 0.13 reads through pyarrow's older API and says so for every file.
            warnings.simplefilter("ignore", category=FutureWarning)
            warnings.simplefilter("ignore", category=DeprecationWarning)
            try:
                from petastorm import make_batch_reader
            except ImportError as error:
                raise DependencyError(
                    f"petastorm cannot be imported ({error}); install colike[petastorm] "
                    "or set train.reader to arrow"
                ) from error
            # Listed files, never the folder: a glob would read what the manifest leaves out.
            # Not as_uri(): petastorm takes a URL's path as it stands and decodes no %20.
            urls = [f"file://{path.resolve()}" for path in self.snapshot.files(PAIRS)]
            reader = make_batch_reader(
                urls,
                schema_fields=[f"^{name}$" for name in READ_COLUMNS],
                reader_pool_type="dummy",
                shuffle_row_groups=False,
                num_epochs=self.options.epochs,
            )
        with reader:
            for chunk in reader:
                yield to_rows(chunk._asdict())
