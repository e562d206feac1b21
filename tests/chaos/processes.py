"""Processes that a run starts, as the system lists them."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

import psutil
from py4j.protocol import Py4JJavaError
from pyspark.sql import SparkSession

DAEMON = "pyspark.daemon"
WORKER = "colike.training.worker"
TORCHRUN = "torch.distributed.run"
#: Rounds of tasks without a failure after which all idle workers have been met.
IN_A_ROW = 4


def naming(*words: str) -> list[psutil.Process]:
    """Return the processes whose command lines have all these words."""
    return [one for one in psutil.process_iter() if all(word in _line(one) for word in words)]


def training_workers(store: str) -> list[psutil.Process]:
    """Return the processes that train in a store, without those that started them."""
    return [one for one in naming(WORKER, store) if TORCHRUN not in _line(one)]


def python_workers(spark: SparkSession) -> list[psutil.Process]:
    """Return Spark's Python workers: the children of the daemon that Java has started."""
    java = psutil.Process(spark.sparkContext._jvm.java.lang.ProcessHandle.current().pid())
    daemons = [one for one in java.children() if DAEMON in _line(one)]
    return [worker for daemon in daemons for worker in _children(daemon)]


def forget_dead_workers(spark: SparkSession) -> None:
    """Run tasks until none meets a worker that is gone: a session keeps idle ones for the next.

    Those of frames and those of RDDs are kept apart, since their environments differ.
    """
    rows, well = spark.range(0, 8, 1, 4), 0
    numbers = spark.sparkContext.parallelize(range(8), 4)
    while well < IN_A_ROW:
        try:
            rows.mapInArrow(lambda batches: batches, rows.schema).count()
            numbers.map(str).count()
            well += 1
        except Py4JJavaError:
            well = 0


def killed(processes: list[psutil.Process]) -> int:
    """Kill processes with -9; return how many there were."""
    for one in processes:
        try:
            one.kill()
        except psutil.NoSuchProcess:
            continue
    return len(processes)


def wait_until(is_so: Callable[[], bool], seconds: float) -> bool:
    """Wait until something is so; return whether it has come to be so in this time."""
    end = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


@contextmanager
def meanwhile(work: Callable[[Event], None]) -> Iterator[None]:
    """Do something in a thread until the block ends, which the event says; its errors count."""
    ended, errors = Event(), list[BaseException]()

    def run() -> None:
        try:
            work(ended)
        except BaseException as error:
            errors.append(error)

    thread = Thread(target=run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(60)
    assert not thread.is_alive()
    if errors:
        raise errors[0]


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return list(process.children())
    except psutil.NoSuchProcess:
        return []


def _line(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except (psutil.NoSuchProcess, psutil.ZombieProcess):
        return ""
