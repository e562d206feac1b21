"""The clock of all systems: the first run after Spark's start, and one in the session it warmed.

Seconds run from reading the likes to the committed result.
"""

import json
import time
from collections.abc import Callable, Mapping

# Above this the first run has long paid for its start, and a second one would only cost time.
WARM_BELOW_SECONDS = 120


def say(run: Callable[[], Mapping[str, float]], rows: Callable[[], int]) -> None:
    """Run once, and again where that is short; print what the runs say, and rows, as JSON.

    Args:
        run: Returns `seconds`, and other figures.
        rows: Returns the number of rows that the last run wrote.
    """
    said = dict(run())
    if said["seconds"] < WARM_BELOW_SECONDS:
        said["warm_seconds"] = run()["seconds"]
    print(json.dumps({**said, "rows": rows()}))


def timed(work: Callable[[], object]) -> dict[str, float]:
    """Return the seconds of the work."""
    start = time.perf_counter()
    work()
    return {"seconds": time.perf_counter() - start}
