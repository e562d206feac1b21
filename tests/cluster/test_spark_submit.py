"""The packaged zip on a Spark cluster writes the tables that the local chain writes."""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from colike.spark.jars import delta_jars
from colike.spark.java import java_home
from colike.tables import Store

from ..quick_spark import QUICK

ROOT = Path(__file__).parents[2]
MASTER = "local-cluster[1,2,1024]"  # one worker process with two cores and 1 GiB
SETTINGS = {
    **QUICK,
    "spark.executor.extraJavaOptions": QUICK["spark.driver.extraJavaOptions"],
    "spark.ui.enabled": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.memory": "1g",
    "spark.sql.shuffle.partitions": "2",
}
INPUTS = ("items", "ratings", "user_history")


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """A Python that has all packages but colike: -S leaves out the editable install."""
    file = tmp_path_factory.mktemp("bin") / "python"
    file.write_text(f'#!/bin/sh\nexec "{sys.executable}" -S "$@"\n')
    file.chmod(0o755)
    return file


@pytest.fixture
def store(tiny_store, tmp_path):
    """A copy of the local run's inputs, without its log and results."""
    local = tiny_store.location.local / "tables"
    for table in (*INPUTS, "item_neighbours"):
        shutil.copytree(local / table, tmp_path / "store" / "tables" / table)
    return Store.open(tiny_store.spark, str(tmp_path / "store"), tiny_store.ids)


def submit(job, store, package, python):
    libraries = sysconfig.get_path("purelib")
    settings = {**SETTINGS, "spark.executorEnv.PYTHONPATH": libraries}
    options = [f"--conf={key}={value}" for key, value in settings.items()]
    command = [
        Path(sys.executable).with_name("spark-submit"),
        "--master", MASTER,
        "--properties-file", ROOT / "conf" / "spark" / "submit.conf",
        "--jars", ",".join(map(str, delta_jars())),
        "--py-files", package,
        *options,
        ROOT / "jobs" / f"{job}.py",
        "--config", "conf/mal2020.yml",
        "--store", store.location.name,
        "--run-id", "submitted",
        "--set", "recommend.sources=[popularity,jaccard]",
    ]  # fmt: skip
    environment = {
        **os.environ,
        "JAVA_HOME": str(java_home()),
        "PYSPARK_PYTHON": str(python),
        "PYTHONPATH": libraries,
        "SPARK_LOCAL_IP": "127.0.0.1",
    }
    # Another folder than the repository, so that nothing is found beside the zip.
    done = subprocess.run(
        command,
        check=False,
        env=environment,
        cwd=package.parent,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.mark.parametrize(
    ("job", "table"), [("similarity", "item_similarity"), ("recommend", "recommendations")]
)
def test_a_submitted_job_writes_the_rows_of_the_local_run(
    job, table, store, tiny_store, package, python
):
    submit(job, store, package, python)
    local = tiny_store.read(table).drop("run_id")
    submitted = store.read(table)
    assert {row.run_id for row in submitted.select("run_id").distinct().collect()} == {"submitted"}
    assert submitted.count() == local.count() > 0
    assert submitted.drop("run_id").exceptAll(local).isEmpty()
