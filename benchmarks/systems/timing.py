"""The clock of all systems: the first run after Spark's start, and a second, warm one.

Seconds are from reading the likes to the committed result.
"""

import json
import time
from collections.abc import Callable, Mapping

# A longer first run hardly notices its start-up, and a second one would only cost time.
WARM_BELOW_SECONDS = 120


def say(run: Callable[[], Mapping[str, float]], rows: Callable[[], int]) -> None:
    """Run once, and again if that was short; print the figures of the runs, and rows, as JSON.

    Args:
        run: Returns `seconds` and other figures.
        rows: Returns the number of rows that the last run wrote.
    """
    said = dict(run())
    if max(said["seconds"], said.get("job_seconds", 0.0)) < WARM_BELOW_SECONDS:
        said["warm_seconds"] = run()["seconds"]
    print(json.dumps({**said, "rows": rows()}))


def timed(work: Callable[[], object]) -> dict[str, float]:
    """Return the seconds that the work takes."""
    start = time.perf_counter()
    work()
    return {"seconds": time.perf_counter() - start}
