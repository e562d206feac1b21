"""Training pairs through Arrow alone: any pyarrow, any Python."""

from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.parquet as pq

from colike import columns as c
from colike.snapshot.manifest import PAIRS, Snapshot
from colike.training.readers.base import READ_COLUMNS, PairBatch, ReaderOptions, Rows, to_rows
from colike.training.readers.sampler import pair_batches


@dataclass(frozen=True)
class ArrowReader:
    """Reads the manifest's files in sequence, once per epoch, a record batch at a time."""

    snapshot: Snapshot
    options: ReaderOptions

    def __iter__(self) -> Iterator[PairBatch]:
        """Yield this process's batches until all epochs are read."""
        return pair_batches(self._chunks(), self.snapshot.rows(PAIRS), self.options)

    def _chunks(self) -> Iterator[Rows]:
        for _ in range(self.options.epochs):
            for path in self.snapshot.files(PAIRS):
                with pq.ParquetFile(path) as file:
                    for batch in file.iter_batches(columns=list(READ_COLUMNS)):
                        yield _rows(batch)


def _rows(batch: pa.RecordBatch) -> Rows:
    table = {name: batch.column(name) for name in READ_COLUMNS}
    table[c.JACCARD] = table[c.JACCARD].cast(pa.float64()).fill_null(0.0)
    return to_rows({name: part.to_numpy(zero_copy_only=False) for name, part in table.items()})
