"""One lazy Spark session and one small finished store for all tests that ask for them."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from pyspark.sql import Row, SparkSession

from colike import columns as C
from colike.config import Config, load_config
from colike.generate import generate
from colike.run.chain import run_jobs
from colike.run.reporters import PlainReporter
from colike.run.stage import Run
from colike.spark import session
from colike.tables import IdTypes, Store, Writer

SPARK = {
    "spark.master": "local[2]",
    "spark.driver.memory": "2g",
    "spark.sql.shuffle.partitions": "2",
    "spark.databricks.delta.snapshotPartitions": "1",
    # Thousands of queries run; nobody looks at the last hundred's plans.
    "spark.sql.ui.retainedExecutions": "1",
    "spark.ui.retainedJobs": "1",
    "spark.ui.retainedStages": "1",
}
# The chain without a text embedder: seconds instead of minutes.
TINY_JOBS = ("ingest", "similarity", "neighbours", "recommend", "evaluate", "publish")
TINY_OVERRIDES = (
    "recommend.sources=[popularity,jaccard]",
    "evaluate.baseline=popularity",
    "evaluate.bootstrap_replicates=20",
    "publish.report_users=3",
)
TINY_RUN = "20260101T000000-000001"


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """A local session with Delta; its warehouse lies in a temporary folder."""
    warehouse = tmp_path_factory.mktemp("warehouse")
    started = session({**SPARK, "spark.sql.warehouse.dir": str(warehouse)}, "colike tests")
    yield started
    started.stop()


@pytest.fixture(scope="module", autouse=True)
def _forgotten_tables() -> Iterator[None]:
    """Let go of the tables that a module's tests made.

    Delta keeps the log and the query plans of each table that was opened for an hour: of all
    the stores of a whole run that is more than the driver's memory.
    """
    yield
    active = SparkSession.getActiveSession()
    if active is not None:
        active.catalog.clearCache()
        active.sparkContext._jvm.org.apache.spark.sql.delta.DeltaLog.clearCache()


@pytest.fixture(scope="session")
def tiny_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A generated data set of 300 users, 200 titles and 9,000 ratings in MAL 2020's form."""
    folder = tmp_path_factory.mktemp("tiny_data")
    generate(users=300, items=200, ratings=9000, seed=1, out=folder)
    return folder


@pytest.fixture(scope="session")
def tiny_config() -> Config:
    """The config that `tiny_store` was made with: popularity and jaccard only."""
    return load_config("conf/mal2020.yml", TINY_OVERRIDES)


@pytest.fixture(scope="session")
def tiny_store(
    spark: SparkSession,
    tiny_data: Path,
    tiny_config: Config,
    tmp_path_factory: pytest.TempPathFactory,
) -> Store:
    """A store after one run of the chain on `tiny_data`; tests read it and never write to it."""
    ids = IdTypes(tiny_config.data.user_id_type, tiny_config.data.item_id_type)
    store = Store.open(spark, str(tmp_path_factory.mktemp("tiny_store")), ids)
    run_jobs(Run(tiny_config, store, TINY_RUN, str(tiny_data), PlainReporter()), TINY_JOBS)
    return store


def _embed(store: Store, items: Sequence[Row], vectors: np.ndarray) -> None:
    rows = [
        {
            C.SOURCE: "base",
            C.ITEM_ID: item[C.ITEM_ID],
            "content_hash": item["content_hash"],
            C.MODEL_ID: "random",
            C.EMBEDDING: vector.tolist(),
        }
        for item, vector in zip(
            items, vectors / np.linalg.norm(vectors, axis=1, keepdims=True), strict=True
        )
    ]
    frame = store.frame("item_embeddings", rows).repartition(3)
    Writer(store, "vectors", ("item_embeddings",)).overwrite("item_embeddings", frame)


@pytest.fixture(scope="session")
def embed() -> Callable[[Store, Sequence[Row], np.ndarray], None]:
    """Gives rows of items their vectors, made unit length, as embedder `base` of a store."""
    return _embed
