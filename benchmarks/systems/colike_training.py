"""Runs colike's training worker on a snapshot; prints texts per second as JSON."""

import json
import sys
from pathlib import Path

from colike.training.worker import main as worker


def main(snapshot: str, out: str) -> None:
    """Train, and print figures of result.json."""
    code = worker(["--snapshot", snapshot, "--out", out])
    if code:
        sys.exit(code)
    result = json.loads((Path(out) / "result.json").read_text("utf-8"))
    said = {"seconds": result["minutes"] * 60, "texts_per_second": result["documents_per_second"]}
    print(json.dumps({**said, "pairs": result["steps"] * result["batch_size"]}))


if __name__ == "__main__":
    main(*sys.argv[1:])
