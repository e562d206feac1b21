"""The command line: `colike COMMAND`; the only place where errors become exit codes."""

import errno
import os
import signal
import sys
from collections.abc import Callable
from functools import wraps
from typing import NoReturn

import typer

from colike.cli import (
    champion,
    check,
    doctor,
    forget,
    generate,
    init,
    leaderboard,
    recommend,
    repair,
    report,
    run,
    similar,
    sql,
    views,
)
from colike.config.secrets import concealed
from colike.errors import ColikeError, ConfigError
from colike.launch.machine import end_workers
from colike.printing import say
from colike.queries.output import error_screen
from colike.run.failures import last_words
from colike.run.faults import naming_faults
from colike.tables.damage import of_a_table

FORESEEN = 2
UNFORESEEN = 1
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
    error_screen().show_cursor()  # the progress bars hide it
    message = "Stopped. Finished jobs stay; the same command resumes from there."
    say(message, sys.stderr)
    # Spark's own process ends with this one, without the seconds of an orderly shutdown.
    os._exit(INTERRUPTED)


app = typer.Typer(
    help="From ratings and item texts to recommendations for every user.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
ON_A_STORE = (recommend, similar, leaderboard, champion, sql, views, report)
MODULES = (init, check, run, *ON_A_STORE, generate, doctor, repair, forget)
for module in MODULES:
    app.command(name=module.NAME)(stoppable(module.command))


def main() -> None:
    """Run the command line: errors are one sentence; exit code 2 if colike foresaw them, else 1.

    Typer itself ends a command line that it cannot parse, with its message and exit code 2 too.
    """
    try:
        with naming_faults():
            app()
    except ColikeError as error:
        _fail(_told(error), FORESEEN)
    except Exception as error:
        foreseen = of_a_table(error) or _of_a_path(error)
        if foreseen is not None:
            _fail(_told(foreseen), FORESEEN)
        _fail(last_words(error), UNFORESEEN)


def _told(error: ColikeError) -> str:
    return concealed(f"{type(error).__name__}: {error}")


def _of_a_path(error: Exception) -> ConfigError | None:
    """Return the error for a path that no file can have, None for any other."""
    if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
        return ConfigError(f"no path can be that long: {error}")
    return None


def _fail(sentence: str, code: int) -> NoReturn:
    error_screen().print(sentence, style="red", soft_wrap=True)
    sys.exit(code)


if __name__ == "__main__":
    main()
