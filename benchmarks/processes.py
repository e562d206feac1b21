"""Runs a system in its own process, and watches the memory of it and its descendants."""

import json
import os
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SECONDS_BETWEEN_LOOKS = 0.2
# Sampling takes at most this share of a core: with gigabytes of mapped files it is slow.
LOOKING = 0.02


@dataclass(frozen=True)
class Outcome:
    """The last line (JSON) that a system printed, and its peak memory; or why it failed."""

    said: dict[str, Any]
    peak_rss_bytes: int
    error: str | None = None


def watched(command: list[str], seconds: float, env: dict[str, str]) -> Outcome:
    """Run a command until it ends or reaches its time limit.

    Peak memory is that of the process and all its descendants, by proportional set size, which
    counts shared pages once.
    """
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=env,
        # Its own process group, so that its Java can be ended with it.
        start_new_session=True,
    )
    peak = _Peak(process.pid)
    peak.start()
    try:
        out, err = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return Outcome({}, peak.stop(), f"not finished after {seconds:.0f} s")
    used = peak.stop()
    if process.returncode:
        return Outcome({}, used, _reason(err) or f"ended with code {process.returncode}")
    return Outcome(json.loads(out.strip().splitlines()[-1]), used)


def _reason(stderr: str) -> str:
    """Return the first line with Java's own reason, or else the last line."""
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    causes = [line for line in lines if line.startswith(("Caused by:", "java.lang."))]
    return (causes or lines[-1:] or [""])[0][:300]


class _Peak(threading.Thread):
    """Samples the memory of a tree of processes until it is stopped."""

    def __init__(self, root: int) -> None:
        super().__init__(daemon=True)
        self._root, self._peak, self._over = root, 0, threading.Event()

    def run(self) -> None:
        pause = SECONDS_BETWEEN_LOOKS
        while not self._over.wait(pause):
            start = time.thread_time()
            self._peak = max(self._peak, sum(_memory(pid) for pid in _tree(self._root)))
            pause = max(SECONDS_BETWEEN_LOOKS, (time.thread_time() - start) / LOOKING)

    def stop(self) -> int:
        self._over.set()
        self.join()
        return self._peak


def _tree(root: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                stat = (folder / "stat").read_text()
            except OSError:
                continue
            parent = int(stat.rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(folder.name))
    found, open_ = [], [root]
    while open_:
        pid = open_.pop()
        found.append(pid)
        open_ += children.get(pid, [])
    return found


def _memory(pid: int) -> int:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0
