"""A fault of the machine is told by what it is, whoever met it."""

import errno
import os

import pytest

from colike.errors import MachineError, StoreError
from colike.run.failures import in_addition
from colike.run.faults import naming_faults

# As Spark tells a task's failure: the table is named, the cause comes late.
OF_A_TASK = """An error occurred while calling o99.append.
: org.apache.spark.SparkException: Job aborted due to stage failure: Task 0 in stage 8.0 failed
1 times, most recent failure: org.apache.spark.SparkException: [TASK_WRITE_FAILED] Task failed
while writing rows to file:/stores/a/tables/ratings.
\tat org.apache.spark.scheduler.Task.run(Task.scala:141)
Caused by: java.io.IOException: {}
\tat java.base/java.io.FileOutputStream.writeBytes(Native Method)
"""
CRASHED = "org.apache.spark.SparkException: Python worker exited unexpectedly (crashed)"
# As Java tells that the worker which it was writing to is not there any more.
BROKEN = """Job aborted due to stage failure: Lost task 1.0: java.net.SocketException: {}
\tat java.base/java.io.DataOutputStream.flush(Unknown Source)
\tat org.apache.spark.api.python.BasePythonRunner${}"""
WRITER, READER = "WriterThread.run(PythonRunner.scala:282)", "ReaderIterator.hasNext(PythonRunner)"
FULL, READ_ONLY = (OSError(code, os.strerror(code)) for code in (errno.ENOSPC, errno.EROFS))


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (FULL, r"A disk is full \(No space left on device\)\. Free: .* MB for the store \(/.*make"),
        (RuntimeError(OF_A_TASK.format("No space left on device")), r"A disk is full .*make room"),
        (READ_ONLY, r"takes no writes: .* read-only .*give another --store"),
        (RuntimeError("java.lang.OutOfMemoryError: Java heap space"), r"spark\.driver\.mem"),
        (RuntimeError(f"{CRASHED}\nCaused by: java.io.EOFException"), r"A Python worker .*killed"),
        (
            RuntimeError(BROKEN.format("Broken pipe", WRITER)),
            r"worker .*: Broken pipe\)",
        ),
        (RuntimeError(BROKEN.format("Connection reset", READER)), r"A Python worker .*killed"),
    ],
)
def test_a_fault_is_one_sentence_with_its_remedy(tmp_path, error, says):
    with pytest.raises(MachineError, match=says) as raised, naming_faults(tmp_path):
        raise error
    assert "\n" not in str(raised.value)


def test_other_errors_stay_what_they_are(tmp_path):
    with pytest.raises(ValueError, match="anything else"), naming_faults(tmp_path):
        raise ValueError("anything else")
    with pytest.raises(ValueError, match="reset"), naming_faults(tmp_path):
        raise ValueError("java.net.SocketException: Connection reset, of a server of somebody's")


def test_what_colike_foresaw_stays_its_own_sentence(tmp_path):
    with pytest.raises(StoreError, match="of its own"), naming_faults(tmp_path):
        raise StoreError("of its own: No space left on device")


def test_that_the_log_could_not_be_told_either_is_said_beside_it(tmp_path):
    def fail():
        raise FULL

    says = r"\(No space left on device; job items; table runs could not be told: \[Errno 28\] No"
    error = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    error.add_note("job items")
    in_addition(error, "table runs could not be told", fail)
    with pytest.raises(MachineError, match=says), naming_faults(tmp_path):
        raise error


def test_a_disk_whose_room_cannot_be_told_is_no_second_fault(tmp_path, monkeypatch):
    def nowhere():
        raise FileNotFoundError("No usable temporary directory found")

    monkeypatch.setattr("tempfile.gettempdir", nowhere)
    with pytest.raises(MachineError, match=r"device\)\. What was"), naming_faults(tmp_path / "no"):
        raise FULL
