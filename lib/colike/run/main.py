"""What every file of jobs/ does as `main`: one job from the command line."""

import argparse
from collections.abc import Sequence
from typing import Protocol

from colike.config import Config, load_config
from colike.errors import ColikeError
from colike.run.failures import last_words, say_errors_in_a_sentence
from colike.run.ids import checked_run_id, new_run_id
from colike.run.reporters import PlainReporter
from colike.run.runner import run_stages
from colike.run.session import Run
from colike.run.stage import Stage
from colike.spark import session
from colike.tables import IdTypes, Store


class Main(Protocol):
    """The entry point of a job."""

    def __call__(self, argv: Sequence[str] | None = None) -> None:
        """Run the job with these arguments, those of the process by default."""
        ...


def job_main(stage: Stage) -> Main:
    """Return the entry point of a job: `colike-similarity --config CONF --store STORE`.

    What it raises is a ColikeError, of one sentence, from the error behind it; a command ends with
    that sentence and exit code 1.
    """

    def main(argv: Sequence[str] | None = None) -> None:
        if argv is None:
            say_errors_in_a_sentence()
        arguments = parser_of(stage.name).parse_args(argv)
        try:
            _run(stage, arguments)
        except ColikeError:
            raise
        except Exception as error:
            raise ColikeError(last_words(error)) from error

    return main


def _run(stage: Stage, arguments: argparse.Namespace) -> None:
    run_id = checked_run_id(arguments.run_id or new_run_id())
    config = load_config(arguments.config, arguments.overrides)
    store = open_store(config, arguments.store)
    run_stages(Run(config, store, run_id, arguments.data, PlainReporter()), [stage])


def open_store(config: Config, where: str) -> Store:
    """Return the store at `where` on a Spark session with the config's settings."""
    ids = IdTypes(config.data.user_id_type, config.data.item_id_type)
    return Store.open(session(config.spark, f"colike {config.name}"), where, ids)


def parser_of(job: str) -> argparse.ArgumentParser:
    """Return the parser of a job's arguments."""
    parser = argparse.ArgumentParser(prog=f"colike-{job}")
    parser.add_argument("--config", required=True, help="YAML file of the data set")
    parser.add_argument("--store", required=True, help="folder, URI or catalog.schema")
    parser.add_argument("--data", help="folder or URI of the input files")
    parser.add_argument("--run-id", help="id that the jobs of one run share")
    parser.add_argument("--set", action="append", default=[], metavar="A.B=C", dest="overrides")
    return parser
