"""Reads a snapshot's pairs for many epochs; prints the memory after the first and the last."""

import json
import sys
import time
from pathlib import Path

from colike.snapshot.manifest import open_snapshot
from colike.training.readers import open_reader
from colike.training.readers.base import ReaderOptions


def main(folder: str, reader: str, epochs: int) -> None:
    """Read batches of 32; print resident bytes by epoch, and seconds, as JSON."""
    snapshot = open_snapshot(Path(folder))
    options = ReaderOptions(batch_size=32, seed=1, epochs=epochs)
    rows = snapshot.rows("training_pairs")
    start, read, resident = time.perf_counter(), 0, []
    for batch in open_reader(snapshot, reader, options):
        read += len(batch)
        if read >= rows * (len(resident) + 1):
            resident.append(_resident())
    seconds = time.perf_counter() - start
    said = {"first": resident[0], "last": resident[-1], "seconds": seconds, "pairs": read}
    print(json.dumps(said))


def _resident() -> int:
    """Return the bytes of this process that are in memory now."""
    status = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS:"))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
