"""A small file system in memory that stands for a disk, which takes the right to mount one."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(folder: Path, size: str = "64m") -> Iterator[Callable[[str], None]]:
    """A disk of this size at a new folder; gives what mounts it again (`ro`, `size=1m`)."""
    folder.mkdir(parents=True)
    try:
        refused = _mounted("-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder))
    except FileNotFoundError:
        refused = "there is no command mount"
    if refused:
        pytest.skip(f"no file system can be mounted here: {refused}")

    def again(options: str) -> None:
        assert _mounted("-o", f"remount,{options}", str(folder)) == ""

    try:
        yield again
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def _mounted(*words: str) -> str:
    """Mount, and return why it was refused; nothing if it was not."""
    done = subprocess.run(["mount", *words], capture_output=True, text=True, check=False)
    return done.stderr.strip() if done.returncode else ""
