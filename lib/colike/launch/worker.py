"""Starts the training worker, on this machine or on Spark's executors."""

from pyspark.sql import SparkSession

from colike.launch.events import Listener
from colike.launch.executors import run_on_executors
from colike.launch.folders import Training
from colike.launch.machine import run_here
from colike.snapshot.outcome import Result
from colike.snapshot.settings import TrainSettings


def run_worker(
    spark: SparkSession, settings: TrainSettings, training: Training, listener: Listener
) -> Result:
    """Train from a snapshot and return result.json of the output folder.

    torch stays out of this process: it can clash with faiss, and its crash would end Spark too.

    Args:
        spark: Whose executors train, if the settings say so.
        settings: How many processes share the work, and where they run.
        training: The snapshot's folder, and a new folder for the model and its figures.
        listener: Called with every progress object of the worker.

    Raises:
        ColikeError: The worker failed; the message is its own.
    """
    if settings.launcher == "spark":
        return run_on_executors(spark, training, listener, settings.processes)
    return run_here(training, listener, settings.processes)
