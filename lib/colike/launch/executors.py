"""The worker on Spark's executors, one process on each, started by Spark's TorchDistributor."""

import sys
from contextlib import redirect_stderr
from io import TextIOBase
from typing import TextIO

from pyspark.sql import SparkSession

from colike.launch.events import Listener, arguments, event_of, failure, result_of
from colike.launch.folders import Training
from colike.snapshot.outcome import Result

_GPUS = "spark.task.resource.gpu.amount"


def run_on_executors(
    spark: SparkSession, training: Training, listener: Listener, processes: int
) -> Result:
    """Train in one barrier stage and return result.json of the output folder.

    Every executor needs colike[train] and access to the store's files under the same path. With
    GPUs the cluster must assign one per task (spark.task.resource.gpu.amount).

    Args:
        spark: Whose executors train; it needs as many free task slots as processes.
        training: The snapshot's folder, and a new folder for the model and its figures.
        listener: Called with every progress object of the worker.
        processes: How many share the work.

    Raises:
        ColikeError: The worker failed; the message is its own.
    """
    # Imported here, because it loads Spark's machine learning, which no other job needs.
    from pyspark.ml.torch.distributor import TorchDistributor

    with_gpu = spark.conf.get(_GPUS, None) is not None
    distributor = TorchDistributor(num_processes=processes, local_mode=False, use_gpu=with_gpu)
    stderr = _Listening(listener, sys.stderr)
    try:
        with redirect_stderr(stderr):
            distributor.run(_train, arguments(training))
    except Exception as error:
        raise failure("\n".join(stderr.others) or str(error), training.snapshot) from error
    return result_of(training.out)


def _train(argv: list[str]) -> None:
    """Run the worker in a process that an executor started, and exit with the worker's code."""
    # Imported where it runs: the driver stays free of torch.
    from colike.training import worker

    code = worker.main(argv)
    if code:
        sys.exit(code)


class _Listening(TextIOBase):
    """Stands in for stderr, to which TorchDistributor writes the executors' output line by line."""

    def __init__(self, listener: Listener, stderr: TextIO) -> None:
        self._listener = listener
        self._stderr = stderr
        self.others: list[str] = []

    def write(self, text: str) -> int:
        """Pass progress objects to the listener, and other lines to the real stderr."""
        for line in text.splitlines():
            event = event_of(line)
            if event is not None:
                self._listener(event)
                continue
            self.others.append(line)
            self._stderr.write(line + "\n")
        return len(text)
