"""The clock of all systems: the first run after Spark's start, and one in the session it warmed."""

import json
import time
from collections.abc import Callable

# Above this the first run has long paid for its start, and a second one would only cost time.
WARM_BELOW_SECONDS = 120


def say(run: Callable[[], None], pairs: Callable[[], int]) -> None:
    """Run once, and again where that is short; print seconds, warm_seconds and pairs as JSON."""
    said: dict[str, float] = {"seconds": _seconds(run)}
    if said["seconds"] < WARM_BELOW_SECONDS:
        said["warm_seconds"] = _seconds(run)
    print(json.dumps({**said, "pairs": pairs()}))


def _seconds(run: Callable[[], None]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start
