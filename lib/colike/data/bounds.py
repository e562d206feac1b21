"""Bounds on what work may take of this process: CPU time, and memory beyond what it has.

For work that somebody else has written, and that may never end: a template of the config
(docs/decisions/0022). The memory is bounded where the system can (Linux), the time in the main
thread, where Python runs handlers of signals; Spark's Python workers have no other.
"""

import resource
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from types import FrameType

SIZES = Path("/proc/self/statm")
#: Seconds of CPU time after which it is stopped again: Python swallows what is raised in a
#: destructor or while garbage is collected.
AGAIN = 0.1
#: After so many times as long the process ends: it was in a call that looks at no signal.
LAST = 2


class OutOfTimeError(BaseException):
    """The work took too long.

    It is no Exception, which Jinja would catch when it works constants out.
    """


@contextmanager
def bounded(seconds: float, memory: int) -> Iterator[None]:
    """Do what is inside within bounds.

    Args:
        seconds: Of CPU time.
        memory: Bytes of address space.

    Raises:
        OutOfTimeError: It took longer.
        MemoryError: It took more memory.
    """
    limits = resource.getrlimit(resource.RLIMIT_AS)
    is_timed = threading.current_thread() is threading.main_thread()
    try:
        resource.setrlimit(resource.RLIMIT_AS, (_most(limits, memory), limits[1]))
        with _timed(seconds) if is_timed else nullcontext():
            yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, limits)


@contextmanager
def _timed(seconds: float) -> Iterator[None]:
    handler = signal.signal(signal.SIGPROF, _stop)
    timers = {
        signal.ITIMER_PROF: signal.setitimer(signal.ITIMER_PROF, seconds, AGAIN),
        signal.ITIMER_VIRTUAL: signal.setitimer(signal.ITIMER_VIRTUAL, LAST * seconds),
    }
    try:
        yield
    finally:
        # It may be stopped right here, and not a second time so soon.
        with suppress(OutOfTimeError):
            _wind(timers)
        _wind(timers)
        signal.signal(signal.SIGPROF, handler)


def _wind(timers: Mapping[int, tuple[float, float]]) -> None:
    """Set timers to what they had left: what is around has bounds too, whose clocks stood still."""
    for timer, before in timers.items():
        signal.setitimer(timer, *before)


def _stop(number: int, frame: FrameType | None) -> None:
    raise OutOfTimeError


def _most(limits: tuple[int, int], memory: int) -> int:
    """Return the most address space, which no limit of the process itself may be above."""
    if not SIZES.is_file():
        return limits[0]
    pages = int(SIZES.read_text().split()[0])
    wanted = pages * resource.getpagesize() + memory
    return min([wanted, *(limit for limit in limits if limit != resource.RLIM_INFINITY)])
