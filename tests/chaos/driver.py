"""`python driver.py N ARGUMENTS`: `colike ARGUMENTS` in a process that its N-th commit kills.

Every write of every table goes through `Writer._commit` or, as housekeeping, `_keep_house`, so a
new table cannot be forgotten. The process is gone right after the commit, as if power had failed.
"""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from colike.cli.main import main
from colike.tables.writer import Writer

COMMITS = ("_commit", "_keep_house")


def killed_after(last: int) -> None:
    """Kill this process after its commit of that number, the first being 1."""
    made = 0

    def counted(work: Callable[..., Any]) -> Callable[..., Any]:
        def commit(*arguments: Any) -> Any:
            nonlocal made
            result = work(*arguments)
            made += 1
            if made == last:
                print(f"killed after commit {made}, of table {arguments[1]}", flush=True)
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        return commit

    for name in COMMITS:
        setattr(Writer, name, counted(getattr(Writer, name)))


if __name__ == "__main__":
    killed_after(int(sys.argv[1]))
    sys.argv = ["colike", *sys.argv[2:]]
    main()
