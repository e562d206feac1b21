"""One lazy Spark session and one small finished store for all tests that ask for them."""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from pyspark.sql import DataFrame, Row, SparkSession
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from colike import columns as C
from colike.config import Config, load_config
from colike.generate import generate
from colike.run.chain import stages
from colike.run.code import code_version
from colike.run.inputs import Inputs
from colike.run.outputs import Outputs
from colike.run.reporters import PlainReporter
from colike.run.runner import run_stages
from colike.run.session import Run
from colike.run.stage import Stage
from colike.spark import session
from colike.tables import IdTypes, Store, contracts
from colike.tables.files import DiskFiles
from colike.tables.ledger import Ledger
from colike.tables.state import Pin, TableState
from colike.tables.writer import Writer
from colike.tables.writes import Write, overwrite

from .frame_store import FrameStore
from .quick_spark import SPARK
from .scheduling import SparkInFront
from .shared import made_once

settings.register_profile("chaos", max_examples=2000, deadline=None)
# The chain without a text embedder: seconds instead of minutes.
TINY_JOBS = ("ingest", "similarity", "neighbours", "recommend", "evaluate", "publish")
TINY_OVERRIDES = (
    "recommend.sources=[popularity,jaccard]",
    "evaluate.baseline=popularity",
    "evaluate.bootstrap_replicates=20",
    "publish.report_users=3",
)
TINY_RUN = "20260101T000000-000001"
ANYTHING = Pin("test", 0)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name bytes by position: xdist's workers must agree on names, and bytes may hold a clock."""
    return argname if isinstance(val, bytes) else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs Spark, as its fixtures tell."""
    for item in items:
        if "spark" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.spark)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Golden answers can be written again, to be read as a difference."""
    parser.addoption("--answers", action="store_true", help="write golden answers again")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Let few workers start Spark, and none wait for the one that did."""
    return SparkInFront(config, log)


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    """A local session with Delta; its warehouse is a temporary folder."""
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

    def make(folder: Path) -> None:
        generate(users=300, items=200, ratings=9000, seed=1, out=folder)

    return made_once(tmp_path_factory, "tiny_data", make)


@pytest.fixture(scope="session")
def tiny_config() -> Config:
    """The config that `tiny_store` was made with: popularity and jaccard only."""
    return load_config("conf/mal2020.yml", TINY_OVERRIDES)


@pytest.fixture(scope="session")
def run_jobs() -> Callable[..., list[str]]:
    """Runs jobs, by name or as stages, in a store; returns those that did work."""

    def run(
        config: Config,
        store: Store,
        jobs: Sequence[str | Stage],
        data: Path | str | None = None,
        run_id: str = "run-1",
        reporter: object = None,
    ) -> list[str]:
        chosen = [stages([job])[0] if isinstance(job, str) else job for job in jobs]
        told = reporter or PlainReporter()
        return run_stages(Run(config, store, run_id, data and str(data), told), chosen)

    return run


@pytest.fixture(scope="session")
def tiny_store(
    spark: SparkSession,
    tiny_data: Path,
    tiny_config: Config,
    run_jobs: Callable[..., list[str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Store:
    """A store after one run of the chain on `tiny_data`; tests read it and never write to it."""
    ids = IdTypes(tiny_config.data.user_id_type, tiny_config.data.item_id_type)

    def make(folder: Path) -> None:
        store = Store.open(spark, str(folder), ids)
        run_jobs(tiny_config, store, TINY_JOBS, tiny_data, TINY_RUN)

    return Store.open(spark, str(made_once(tmp_path_factory, "tiny_store", make)), ids)


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements that reach Spark SQL."""
    statements: list[str] = []
    sql = SparkSession.sql

    def listening(session: SparkSession, text: str, *more: object, **named: object) -> DataFrame:
        statements.append(text)
        return sql(session, text, *more, **named)

    monkeypatch.setattr(SparkSession, "sql", listening)
    return statements


@pytest.fixture(scope="session")
def write() -> Callable[..., Writer]:
    """Carries out writes in a store, outside of any job; returns the writer."""

    def write(store: Store, *writes: Write, run_id: str = "run-1") -> Writer:
        tables = [one.table for one in writes]
        writer = Writer(Ledger.read(store, tables, {}), run_id, tables)
        writer.apply(writes)
        return writer

    return write


@pytest.fixture(scope="session")
def frame_store(
    spark: SparkSession, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., FrameStore]:
    """Makes frames, by table, readable as a store is."""

    def made(frames: Mapping[str, DataFrame], ids: IdTypes | None = None) -> FrameStore:
        files = DiskFiles(tmp_path_factory.mktemp("frames") / "files")
        return FrameStore(spark, ids or IdTypes("bigint", "bigint"), frames, files)

    return made


@pytest.fixture(scope="module")
def run_stage(frame_store: Callable[..., FrameStore]) -> Iterator[Callable[..., Outputs]]:
    """Runs a job's stage on frames alone; gives its Outputs, of which nothing is written."""
    closing = ExitStack()

    def run(
        job: str,
        config: Config,
        frames: Mapping[str, DataFrame],
        own: Mapping[str, DataFrame] | None = None,
        data: Path | str | None = None,
        pins: Mapping[str, Pin] | None = None,
        **more: object,
    ) -> Outputs:
        (stage,) = stages([job])
        ids = IdTypes(config.data.user_id_type, config.data.item_id_type)
        empty = {name: {} for name in ("row_sets", "figures", "writers", "not_run", "told")}
        inputs = Inputs(
            job=stage.name,
            reads=stage.reads,
            continues=stage.continues,
            _store=frame_store({**frames, **(own or {})}, ids),
            pins={table: ANYTHING for table in stage.reads if table in frames} | dict(pins or {}),
            states=dict.fromkeys({**frames, **(own or {})}, TableState(ANYTHING, ANYTHING.version)),
            data=data and str(data),
            run_id="run-1",
            code=code_version(stage.module),
            reporter=PlainReporter(),
            **{"worked": (), "touched": (), **empty, **more},
        )
        closing.callback(inputs.close)
        return stage.run(inputs, stage.settings(config))

    with closing:
        yield run


@pytest.fixture(scope="session")
def written() -> Callable[[Outputs, str], DataFrame]:
    """Gives the rows that outputs write to a table, with its columns but for the run."""

    def rows(outputs: Outputs, table: str) -> DataFrame:
        (one,) = [write for write in outputs.writes if write.table == table and write.frame]
        names = [column.name for column in contracts()[table].columns if column.name != C.RUN_ID]
        return one.rows.select(*names)

    return rows


def _embed(store: Store, items: Sequence[Row], vectors: np.ndarray) -> None:
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    rows = [
        {
            C.SOURCE: "base",
            C.ITEM_ID: item[C.ITEM_ID],
            C.CONTENT_HASH: item[C.CONTENT_HASH],
            C.MODEL_ID: "random",
            C.EMBEDDING: vector.tolist(),
            C.ENCODING: "random",
        }
        for item, vector in zip(items, unit, strict=True)
    ]
    frame = store.frame("item_embeddings", rows).repartition(3)
    ledger = Ledger.read(store, ["item_embeddings"], {})
    Writer(ledger, "vectors", ("item_embeddings",)).apply([overwrite("item_embeddings", frame)])


@pytest.fixture(scope="session")
def embed() -> Callable[[Store, Sequence[Row], np.ndarray], None]:
    """Gives rows of items their vectors, made unit length, as embedder `base` of a store."""
    return _embed


@pytest.fixture
def typed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Types `colike ...` as a user does; returns the exit code, the output and the errors."""
    from colike.cli.main import main

    def type_in(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["colike", *words])
        code = 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return type_in


@pytest.fixture
def mlflow_client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    """A client of MLflow for which a folder stands for a server."""
    mlflow = pytest.importorskip("mlflow")
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    mlflow.set_tracking_uri((tmp_path / "ml flow").as_uri())
    yield mlflow.MlflowClient()
    mlflow.set_tracking_uri(None)


@pytest.fixture
def no_mlflow_server(monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of an MLflow server that cannot be reached; it is the environment's, too."""
    nobody = "http://127.0.0.1:9"
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", nobody)
    return nobody
