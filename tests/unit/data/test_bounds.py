"""Work that never ends is stopped, whatever swallows that once; what comes after is not."""

import gc
import signal
import time

import pytest

from colike.data.bounds import LAST, OutOfTimeError, bounded

SECONDS = 0.5
MEMORY = 2**28


def work(seconds):
    until = time.process_time() + seconds
    while time.process_time() < until:
        pass


class Long:
    """Takes long to be taken apart."""

    def __del__(self):
        work(2 * SECONDS)


def destroy():
    Long()


def collect():
    def collected(phase, _):
        if phase == "start":
            work(2 * SECONDS)

    gc.callbacks.append(collected)
    try:
        gc.collect(0)
    finally:
        gc.callbacks.remove(collected)


def is_stopped(*works, seconds=SECONDS):
    try:
        with bounded(seconds, MEMORY):
            for each in works:
                each()
    except OutOfTimeError:
        return True
    return False


def endless():
    work(60)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("swallowing", [destroy, collect])
def test_work_that_swallows_the_first_stop_is_stopped_by_the_next(swallowing):
    assert is_stopped(swallowing, endless)


def test_after_the_work_no_clock_of_its_runs_on():
    assert not is_stopped(lambda: work(SECONDS / 2))
    assert is_stopped(endless)
    assert signal.getitimer(signal.ITIMER_PROF) == (0, 0)
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0, 0)
    work(2 * LAST * SECONDS)


def test_the_bounds_around_others_hold_after_them():
    inner = []
    assert is_stopped(lambda: inner.append(is_stopped(endless)), endless, seconds=2 * SECONDS)
    assert inner == [True]
