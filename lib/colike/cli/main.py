"""The command line: `colike COMMAND`; the only place where errors become exit codes."""

import os
import sys

import click
import typer
from rich.console import Console

from colike.cli import doctor, generate, leaderboard, recommend, report, run, similar, sql
from colike.errors import ColikeError

app = typer.Typer(
    help="From ratings and item texts to recommendations for every user.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for command in (run, recommend, similar, leaderboard, sql, report, generate, doctor):
    app.command(name=command.NAME)(command.command)

FORESEEN = 2
INTERRUPTED = 130


def main() -> None:
    """Run the command line: errors that colike foresaw are one sentence and exit code 2."""
    try:
        sys.exit(app(standalone_mode=False))
    except ColikeError as error:
        Console(stderr=True, soft_wrap=True).print(
            f"{type(error).__name__}: {error}", style="red", markup=False, highlight=False
        )
        sys.exit(FORESEEN)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, click.Abort):
        message = "Stopped. Finished jobs stay; the same command resumes from there."
        print(message, file=sys.stderr, flush=True)
        # Spark's own process ends with this one, without the seconds of an orderly shutdown.
        os._exit(INTERRUPTED)


if __name__ == "__main__":
    main()
