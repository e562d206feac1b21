"""Faults of the machine that a run meets: a full disk, a disk that takes no writes, killed workers.

Spark and Delta tell them in the middle of long accounts, some of which name a table; what is wrong
is neither the table nor colike.
"""

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from colike.errors import ColikeError, MachineError, cause_of, notes_of, text_of

GONE = "SocketException: (?:Broken pipe|Connection reset)"


@dataclass(frozen=True)
class Fault:
    """A fault by what the system or Spark says of it, and what a user does about it.

    `signs` are regular expressions.
    """

    signs: tuple[str, ...]
    what: str
    remedy: str
    is_of_space: bool = False


FAULTS = (
    Fault(
        ("No space left on device", "Disk quota exceeded"),
        "A disk is full",
        "make room and run the same command again, or set TMPDIR and SPARK_LOCAL_DIRS to folders "
        "on a larger disk if it is not the store's",
        is_of_space=True,
    ),
    Fault(
        ("Read-only file system",),
        "A disk takes no writes: its file system is read-only",
        "mount it for writing and run the same command again, or give another --store or TMPDIR",
        is_of_space=True,
    ),
    Fault(
        ("java.lang.OutOfMemoryError",),
        "Java ran out of memory",
        "raise spark.driver.memory (on a cluster spark.executor.memory) and run the same "
        "command again",
    ),
    Fault(
        (
            "Python worker exited unexpectedly",
            # Java's side of the socket, when the worker dies while rows are sent or read.
            rf"{GONE}(?=[\s\S]*?api\.python\.BasePythonRunner\b)",
        ),
        "A Python worker of Spark was killed, as the system does when memory runs out",
        "run the same command again; if it happens again, use a machine with more memory, or "
        "fewer cores of it: spark.master=local[2]",
    ),
)


@contextmanager
def naming_faults(store: Path | None = None) -> Iterator[None]:
    """Say of an error that comes from a fault of the machine which it is; others stay as they are.

    Args:
        store: The store's folder, where it is one of this machine.

    Raises:
        MachineError: The fault, and what to do.
    """
    try:
        yield
    except ColikeError:
        raise
    except Exception as error:
        sentence = _sentence(error, store)
        if sentence is None:
            raise
        raise MachineError(sentence) from error


def _sentence(error: BaseException, store: Path | None) -> str | None:
    told = f"{text_of(error)}\n{cause_of(error)}"
    for fault in FAULTS:
        signs = filter(None, (re.search(sign, told) for sign in fault.signs))
        sign = next(signs, None)
        if sign is not None:
            notes = [sign[0], *notes_of(error)]
            sentences = [f"{fault.what} ({'; '.join(notes)})."]
            sentences += [_space(store)] if fault.is_of_space else []
            sentences += [f"What was written before stays; {fault.remedy}."]
            return " ".join(filter(None, sentences))
    return None


def _space(store: Path | None) -> str:
    """Return what is free where a run writes on this machine."""
    folders = {} if store is None else {"the store": store}
    with suppress(OSError):  # of a machine that has no usable folder for temporary files
        folders["temporary files"] = Path(tempfile.gettempdir())
    free = []
    for what, folder in folders.items():
        with suppress(OSError):  # of a folder that is not there yet
            free.append(f"{shutil.disk_usage(folder).free / 1e6:,.0f} MB for {what} ({folder})")
    return f"Free: {', '.join(free)}." if free else ""
