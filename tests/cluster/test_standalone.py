"""All ten jobs by spark-submit on a standalone master and two workers: `make test-cluster`.

Workers have an environment without colike, which reaches them in the zip. Stores are a path and,
with its data, a bucket of S3; a worker is killed in the middle of two jobs.
"""

import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

import pyspark
import pytest

from colike.config import load_config
from colike.run.chain import JOBS
from colike.spark.jars import delta_jars
from colike.spark.java import java_home
from colike.tables import IdTypes, Store

from ..small_model import save_small_model
from .s3 import SERVER, free_port, jars, server, wait_for

ROOT = Path(__file__).parents[2]
SPARK_CLASS = Path(pyspark.__file__).parent / "bin" / "spark-class"
MASTER = "org.apache.spark.deploy.master.Master"
WORKER = "org.apache.spark.deploy.worker.Worker"
#: What keys each table's rows and is equal wherever they are made.
EQUAL = {
    "ratings": ("user_id", "item_id", "rating", "split"),
    "item_similarity": ("item_a", "item_b", "likes_a", "likes_b", "colikes", "jaccard"),
    "training_pairs": ("pair_id", "label", "jaccard", "kind", "split"),
    "published_recommendations": ("user_id", "rank", "item_id", "score", "source"),
}
OVERRIDES = (
    "similarity.min_colikes=1",
    "pairs.threshold=0.03",
    "pairs.min_colikes=1",
    "pairs.min_likes=3",
    "embed.max_tokens=32",
    "train.objective=head",
    "train.max_steps=10",
    "train.validations=1",
    "train.max_tokens=32",
    "recommend.sources=[popularity,jaccard,ease,base]",
    "evaluate.protocols=[holdout]",
    "evaluate.bootstrap_replicates=5",
    "publish.champion=jaccard",
    "tracking.uri=null",
)
pytestmark = [
    pytest.mark.cluster,
    pytest.mark.skipif(not os.environ.get("CLUSTER"), reason="make test-cluster runs it"),
]


class Cluster:
    """A master and two workers, processes of this machine."""

    def __init__(self, folder, python):
        self.folder, self.python = folder, python
        port = free_port()
        self.master = f"spark://127.0.0.1:{port}"
        self.environment = {
            **os.environ,
            "JAVA_HOME": str(java_home()),
            "PYSPARK_PYTHON": str(python),
            "PYTHONPATH": sysconfig.get_path("purelib"),
            "SPARK_LOCAL_IP": "127.0.0.1",
        }
        web = str(free_port())
        self.processes = [self._start(MASTER, "--host", "127.0.0.1", "--port", str(port),
                                      "--webui-port", web)]  # fmt: skip
        wait_for(port)
        self.workers = [self.start_worker(number) for number in range(2)]

    def _start(self, name, *words):
        log = (self.folder / f"{name.rpartition('.')[2]}-{time.monotonic_ns()}.log").open("w")
        return subprocess.Popen(
            [SPARK_CLASS, name, *words], env=self.environment, stdout=log, stderr=log,
            start_new_session=True,
        )  # fmt: skip

    def start_worker(self, number):
        work = self.folder / f"work-{number}"
        worker = self._start(WORKER, "--host", "127.0.0.1", "--cores", "1", "--memory", "1g",
                             "--webui-port", str(free_port()), "--work-dir", str(work),
                             self.master)  # fmt: skip
        self.processes.append(worker)
        return worker

    def kill(self, worker):
        """The worker and its executors, as a machine that goes away."""
        os.killpg(worker.pid, signal.SIGKILL)
        subprocess.run(["pkill", "-9", "-P", str(worker.pid)], check=False)

    def stop(self):
        for process in self.processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)

    def submit(self, package, job, store, data, run_id, *settings, **more):
        """Start a job; what it prints is in its log."""
        overrides = [part for one in (*OVERRIDES, *settings) for part in ("--set", one)]
        options = {
            "spark.ui.enabled": "false",
            "spark.driver.host": "127.0.0.1",
            "spark.driver.memory": "1g",
            "spark.executor.memory": "1g",
            "spark.sql.shuffle.partitions": "2",
            "spark.databricks.delta.snapshotPartitions": "1",
            "spark.executorEnv.PYTHONPATH": sysconfig.get_path("purelib"),
            **more,
        }
        command = [
            Path(sys.executable).with_name("spark-submit"),
            "--master", self.master,
            "--properties-file", ROOT / "conf" / "spark" / "submit.conf",
            "--jars", ",".join(map(str, delta_jars())),
            "--py-files", package,
            *(f"--conf={key}={value}" for key, value in options.items()),
            ROOT / "jobs" / f"{job}.py",
            "--config", "conf/mal2020.yml", "--store", store, "--data", str(data),
            "--run-id", run_id, *overrides,
        ]  # fmt: skip
        log = (self.folder / f"{job}-{run_id}-{time.monotonic_ns()}.log").open("w+")
        process = subprocess.Popen(command, env=self.environment, cwd=self.folder, stdout=log,
                                   stderr=subprocess.STDOUT)  # fmt: skip
        return process, Path(log.name)

    def run(self, *call, **more):
        process, log = self.submit(*call, **more)
        assert process.wait(600) == 0, log.read_text()[-4000:]
        return log.read_text()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    folder = tmp_path_factory.mktemp("standalone")
    python = folder / "python"
    # -S leaves out the editable install: colike comes in the zip alone.
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S "$@"\n')
    python.chmod(0o755)
    started = Cluster(folder, python)
    yield started
    started.stop()


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    """The base model: two layers of random weights."""
    return (f"embed.embedders.base.model={save_small_model(tmp_path_factory.mktemp('small'))}",)


@pytest.fixture(scope="module")
def local(spark, tiny_data, run_jobs, settings, tmp_path_factory):
    """The store of a local run with the same settings."""
    config = load_config("conf/mal2020.yml", (*OVERRIDES, *settings))
    folder = str(tmp_path_factory.mktemp("local") / "store")
    store = Store.open(spark, folder, IdTypes("bigint", "bigint"))
    run_jobs(config, store, JOBS, tiny_data)
    return store


def same(store, local, table):
    mine, theirs = (one.read(table).select(*EQUAL[table]) for one in (local, store))
    assert theirs.count() == mine.count() > 0
    assert theirs.exceptAll(mine).isEmpty()


@pytest.fixture(scope="module")
def s3(cluster):
    """A server of this machine that answers as S3 does."""
    if not SERVER.is_file():
        pytest.skip(f"{SERVER} is missing; make test-cluster installs it")
    try:
        needed = jars()
    except OSError as error:
        pytest.skip(f"the jars of s3a cannot be fetched: {error}")
    with server(cluster.folder / "s3.log", needed) as started:
        yield started


@pytest.fixture(scope="module", params=["path", "s3a"])
def submitted(request, cluster, package, settings, tiny_data, spark):
    """A store after all ten jobs, each a submit of its own; a bucket's is copied from there."""
    folder = cluster.folder / f"store-{request.param}"
    where, data, options = str(folder), str(tiny_data), {}
    if request.param == "s3a":
        s3 = request.getfixturevalue("s3")
        s3.put(tiny_data, "data")
        where, data, options = s3.uri("store"), s3.uri("data"), s3.options
    for job in JOBS:
        cluster.run(package, job, where, data, "submitted", *settings, **options)
    if request.param == "s3a":
        s3.get("store", folder)
    return Store.open(spark, str(folder), IdTypes("bigint", "bigint"))


@pytest.mark.parametrize("table", EQUAL)
def test_tables_are_those_of_a_local_run(table, submitted, local):
    same(submitted, local, table)


def test_files_are_in_the_store_and_not_in_the_drivers_working_folder(submitted, cluster):
    files = Path(submitted.location.files)
    assert (files / "config.json").is_file()
    assert list((files / "reports").glob("*.html"))
    assert (files / submitted.read("models").first()["uri"] / "modules.json").is_file()
    # A URI taken for a path would be a folder of this name.
    assert not (cluster.folder / "s3a:").exists()


@pytest.mark.parametrize(
    ("job", "table"), [("similarity", "item_similarity"), ("recommend", "recommendations")]
)
def test_a_worker_that_dies_in_the_middle_loses_and_doubles_nothing(
    job, table, cluster, package, settings, tiny_data, local, spark
):
    folder = cluster.folder / f"killed-{job}"
    shutil.copytree(local.location.local, folder)
    shutil.rmtree(folder / "tables" / table)
    process, log = cluster.submit(package, job, str(folder), tiny_data, "killed", *settings)
    until = time.monotonic() + 300
    while f"{job}: started" not in log.read_text() and time.monotonic() < until:
        time.sleep(0.1)
    time.sleep(1)
    cluster.kill(cluster.workers.pop(0))
    cluster.workers.append(cluster.start_worker(len(cluster.processes)))
    assert process.wait(600) == 0, log.read_text()[-4000:]
    store = Store.open(spark, str(folder), IdTypes("bigint", "bigint"))
    mine, theirs = (one.read(table).drop("run_id") for one in (local, store))
    assert theirs.count() == mine.count() > 0
    assert theirs.exceptAll(mine).isEmpty()
