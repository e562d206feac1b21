"""Time that passes for a store: its files, and what Delta's logs say of them, become older."""

import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

#: What Delta's actions have in milliseconds. Vacuum goes by when a file was removed. The time when
#: a table was made stays, for the checksums of its versions have it too.
TIMES = ("timestamp", "deletionTimestamp", "modificationTime")


def let_pass(folder: Path, passed: timedelta) -> None:
    """Make all files of a store older by a time; Delta must not have it open."""
    for path in sorted(folder.rglob("*")):
        if not path.exists():
            continue
        at = path.stat().st_mtime - passed.total_seconds()
        if path.suffix == ".json" and path.parent.name == "_delta_log":
            lines = [_older(json.loads(line), passed) for line in path.read_text().splitlines()]
            path.write_text("\n".join(map(json.dumps, lines)))
            # Hadoop's checksum of it, which no longer fits.
            path.with_name(f".{path.name}.crc").unlink(missing_ok=True)
        os.utime(path, (at, at))


def _older(action: dict[str, Any], passed: timedelta) -> dict[str, Any]:
    for facts in action.values():
        for name in TIMES:
            if isinstance(facts.get(name), int):
                facts[name] -= int(passed.total_seconds() * 1000)
    return action
