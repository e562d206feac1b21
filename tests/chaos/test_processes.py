"""A process that is killed with -9 leaves no orphan, no half model, and a store that is mended.

Python workers of Spark, the training worker, and its parent. `make chaos` runs it.
"""

import os
import shutil
import signal
import time
from random import Random

import pytest

from colike.config import load_config
from colike.errors import ColikeError, MachineError
from colike.launch.events import KILLED
from colike.snapshot.outcome import finished as trained_result

from ..small_model import save_small_model
from ..spark.training.conftest import OVERRIDES
from .nights import SEED, colike
from .processes import (
    forget_dead_workers,
    killed,
    meanwhile,
    python_workers,
    training_workers,
    wait_until,
)
from .sameness import differing, opened

#: Seconds after which a run's Python workers are killed.
RANDOM = Random(SEED)
MOMENTS = (0.0, *(round(RANDOM.uniform(1, 8), 2) for _ in range(3)))
#: Seconds within which what is left of a killed run has to end.
AT_ONCE = 15
pytestmark = [
    pytest.mark.chaos,
    pytest.mark.skipif("CHAOS" not in os.environ, reason="make chaos runs it"),
]


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_python_worker_is_one_sentence_and_the_next_run_mends_it(
    spark, night, tmp_path, moment
):
    store = night.copied(tmp_path / "store")
    hits, said = [], []

    def kill(ended):
        ended.wait(moment)
        while not ended.is_set():
            hits.append(killed(python_workers(spark)))
            time.sleep(0.02)

    try:
        with meanwhile(kill):
            night.run(store, "killed")
    except MachineError as error:
        said.append(str(error))
    assert moment or (sum(hits) and said)
    assert not [text for text in said if "A Python worker of Spark was killed" not in text]
    assert not [text for text in said if "\n" in text]
    forget_dead_workers(spark)
    night.run(store, "mended")
    assert differing(store, night.new) == []


@pytest.fixture(scope="module")
def ready(spark, tiny_data, run_jobs, tmp_path_factory):
    """A store in which all but the training is done, and the config's changes."""
    folder = tmp_path_factory.mktemp("ready")
    base = save_small_model(folder / "model")
    overrides = (
        *OVERRIDES,
        f"embed.embedders.base.model={base}",
        "train.max_steps=200",
        "train.checkpoint_minutes=0",
        "train.mine_steps=null",
    )
    store = opened(spark, folder / "store")
    jobs = ("ingest", "similarity", "pairs")
    run_jobs(load_config("conf/mal2020.yml", overrides), store, jobs, tiny_data, "ready")
    return store, overrides


@pytest.fixture(scope="module")
def weights(spark, ready, run_jobs, tmp_path_factory):
    """Gives the hash of what an unbroken training of so many processes makes."""
    store, overrides = ready
    folder, made = tmp_path_factory.mktemp("unbroken"), {}

    def weights(processes):
        if processes not in made:
            copy = shutil.copytree(store.location.local, folder / str(processes))
            unbroken = opened(spark, copy)
            config = load_config("conf/mal2020.yml", training(overrides, processes))
            run_jobs(config, unbroken, ["train"], None, "unbroken")
            made[processes] = unbroken.read("models").first().sha256
        return made[processes]

    return weights


def training(overrides, processes):
    return (*overrides, f"train.processes={processes}")


def has_checkpoint(store):
    return any((store.location.local / "files" / "models").glob(".*.checkpoints/0*"))


def has_no_model(store):
    models = store.location.local / "files" / "models"
    visible = [path for path in models.glob("[!.]*") if trained_result(path) is None]
    return visible == [] and (not store.exists("models") or store.read("models").isEmpty())


@pytest.fixture(autouse=True)
def _one_thread(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")


@pytest.mark.parametrize("processes", [1, 2])
def test_a_killed_training_worker_is_one_sentence_and_the_next_run_resumes_to_the_same_model(
    spark, ready, weights, run_jobs, tmp_path, processes
):
    store = opened(spark, shutil.copytree(ready[0].location.local, tmp_path / "store"))
    config = load_config("conf/mal2020.yml", training(ready[1], processes))

    def kill(ended):
        assert wait_until(lambda: has_checkpoint(store) or ended.is_set(), 120)
        assert killed(training_workers(store.location.root)[:1])

    with pytest.raises(ColikeError, match=KILLED[:40]) as raised, meanwhile(kill):
        run_jobs(config, store, ["train"], None, "killed")
    assert "\n" not in str(raised.value)
    assert training_workers(store.location.root) == []
    assert has_no_model(store)
    assert run_jobs(config, store, ["train"], None, "resumed") == ["train"]
    (row,) = store.read("models").collect()
    assert row.sha256 == weights(processes)
    assert run_jobs(config, store, ["train"], None, "again") == []


@pytest.mark.parametrize("processes", [1, 2])
def test_a_killed_parent_takes_the_training_with_it_and_the_next_run_resumes(
    spark, ready, weights, run_jobs, tmp_path, processes
):
    store = opened(spark, shutil.copytree(ready[0].location.local, tmp_path / "store"))
    overrides = training(ready[1], processes)
    settings = [word for setting in overrides for word in ("--set", setting)]
    where = ["--only", "train", "--store", store.location.root, "--log-format", "plain"]
    parent = colike(["run", "conf/mal2020.yml", *where, *settings])
    assert wait_until(lambda: has_checkpoint(store) or parent.poll() is not None, 120)
    assert len(training_workers(store.location.root)) == processes
    os.kill(parent.pid, signal.SIGKILL)  # it alone: not its group, as `kill -9` of a user
    parent.wait()
    assert wait_until(lambda: not training_workers(store.location.root), AT_ONCE)
    assert wait_until(lambda: not of_session(parent.pid), AT_ONCE)
    assert has_no_model(store)
    config = load_config("conf/mal2020.yml", overrides)
    assert run_jobs(config, store, ["train"], None, "resumed") == ["train"]
    (row,) = store.read("models").collect()
    assert row.sha256 == weights(processes)


def of_session(leader):
    """The processes of a session, such as the Java of a run."""
    found = []
    for path in os.listdir("/proc"):
        if path.isdigit():
            try:
                found += [int(path)] if os.getsid(int(path)) == leader else []
            except ProcessLookupError:
                continue
    return found
