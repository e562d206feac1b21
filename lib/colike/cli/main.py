"""The command line: `colike COMMAND`; the only place where errors become exit codes."""

import os
import signal
import sys
from collections.abc import Callable
from functools import wraps

import typer
from rich.console import Console

from colike.cli import (
    check,
    doctor,
    generate,
    init,
    leaderboard,
    recommend,
    report,
    run,
    similar,
    sql,
)
from colike.errors import ColikeError
from colike.launch.machine import end_workers

FORESEEN = 2
INTERRUPTED = 130


def stoppable(command: Callable[..., None]) -> Callable[..., None]:
    """Return a command that an interrupt ends at once, with exit code 130 and how to resume."""

    @wraps(command)
    def run_it(*args: object, **options: object) -> None:
        # Python's own way is an exception, which a call that waits for Spark turns into another
        # error, minutes later.
        signal.signal(signal.SIGINT, _stop)
        try:
            command(*args, **options)
        except KeyboardInterrupt:
            _stop()

    return run_it


def _stop(*_: object) -> None:
    end_workers()
    Console(stderr=True).show_cursor()  # the progress bars hide it
    message = "Stopped. Finished jobs stay; the same command resumes from there."
    print(message, file=sys.stderr, flush=True)
    # Spark's own process ends with this one, without the seconds of an orderly shutdown.
    os._exit(INTERRUPTED)


app = typer.Typer(
    help="From ratings and item texts to recommendations for every user.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for module in (init, check, run, recommend, similar, leaderboard, sql, report, generate, doctor):
    app.command(name=module.NAME)(stoppable(module.command))


def main() -> None:
    """Run the command line: errors that colike foresaw are one sentence and exit code 2.

    Typer itself ends a command line that it cannot parse, with its message and exit code 2 too.
    """
    try:
        app()
    except ColikeError as error:
        Console(stderr=True, soft_wrap=True).print(
            f"{type(error).__name__}: {error}", style="red", markup=False, highlight=False
        )
        sys.exit(FORESEEN)


if __name__ == "__main__":
    main()
