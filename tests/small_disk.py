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
    _mount("-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder))
    try:
        yield lambda options: _mount("-o", f"remount,{options}", str(folder))
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def _mount(*words: str) -> None:
    try:
        done = subprocess.run(["mount", *words], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("this system has no command mount")
    if done.returncode:
        pytest.skip(f"this user may not mount a file system: {done.stderr.strip()}")
