"""The training worker: `python -m colike.training.worker --snapshot DIR --out DIR`.

Runs without Spark, with or without a GPU: verifies the snapshot, fine-tunes the base model,
evaluates both models on held-out pairs, and writes model/, metrics.json, curve.json and result.json
to `--out`. Several processes: `torchrun --nproc-per-node N -m colike.training.worker ...`. An
interrupted run resumes from its last checkpoint when it is started again.
"""

import argparse
import importlib.util
import os
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from colike.errors import ColikeError, ConfigError, DependencyError
from colike.printing import say
from colike.snapshot.manifest import open_snapshot
from colike.snapshot.settings import TrainSettings, from_json, resolve_base_model
from colike.training.progress import Progress

SECONDS_BETWEEN_CHECKS = 1.0
_NEEDED = ("torch", "sentence_transformers", "accelerate")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the worker; returns the exit code, which is 2 for a ColikeError."""
    arguments = _parser().parse_args(argv)
    if arguments.parent is not None:
        watched = (arguments.parent, os.getppid())
        threading.Thread(target=_end_with, args=watched, daemon=True).start()
    try:
        run(arguments)
    except ColikeError as error:
        say(f"{type(error).__name__}: {error}", sys.stderr)
        return 2
    return 0


def run(arguments: argparse.Namespace) -> None:
    """Train from arguments.snapshot to arguments.out.

    Raises:
        ColikeError: the output folder is in use, or the snapshot, the config, the base model or a
            library is missing or wrong.
    """
    _refuse_used(arguments.out)
    snapshot = open_snapshot(arguments.snapshot)
    config = from_json(snapshot.config_path)
    settings = _overridden(config.settings, arguments)
    base_model = resolve_base_model(config.base_model, snapshot.folder)
    # huggingface_hub reads it when it is imported: a local model needs no network.
    os.environ["HF_HUB_OFFLINE"] = "1"
    _check_libraries()
    from colike.training.fit import fit

    fit(
        snapshot,
        replace(config, settings=settings, base_model=base_model),
        arguments.out,
        Progress(arguments.log_format),
        arguments.threads,
    )


def _refuse_used(out: Path) -> None:
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ConfigError(f"{out}: exists and is not empty; name a new folder or remove it")


def _end_with(parent: int, starter: int) -> None:
    """End when the job, or the process that started this one, is gone.

    The two differ under torchrun; without either of them nobody would see the result.
    """
    while os.getppid() == starter and _is_running(parent):
        time.sleep(SECONDS_BETWEEN_CHECKS)
    os._exit(1)


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def _overridden(settings: TrainSettings, arguments: argparse.Namespace) -> TrainSettings:
    given = {"max_steps": arguments.max_steps, "max_minutes": arguments.max_minutes}
    try:
        return replace(
            settings, **{key: value for key, value in given.items() if value is not None}
        )
    except ValueError as error:
        raise ConfigError(f"command line: {error}; correct it") from error


def _check_libraries() -> None:
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise DependencyError(f"training needs {', '.join(missing)}; install colike[train]")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="colike.training.worker", description=__doc__)
    parser.add_argument("--snapshot", type=Path, required=True, help="exported snapshot folder")
    parser.add_argument("--out", type=Path, required=True, help="new folder for model and figures")
    parser.add_argument("--log-format", choices=("text", "json"), default="text")
    parser.add_argument("--max-steps", type=int, help="overrides the snapshot's max_steps")
    parser.add_argument("--max-minutes", type=float, help="overrides the snapshot's max_minutes")
    parser.add_argument("--threads", type=int, help="CPU threads; default: OMP_NUM_THREADS")
    parser.add_argument("--parent", type=int, help="end when this process is gone")
    return parser


if __name__ == "__main__":
    sys.exit(main())
