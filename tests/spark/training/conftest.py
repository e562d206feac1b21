"""A store after a training, for what looks at it and for what trains again."""

import shutil
from dataclasses import replace

import pytest
from colike.jobs.train import STAGE

from colike.config import load_config
from colike.run.reporters import PlainReporter
from colike.run.session import Run, Session
from colike.tables import Store

from ...small_model import save_small_model

OVERRIDES = (
    "similarity.min_colikes=1",
    "pairs.threshold=0.03",
    "pairs.min_colikes=1",
    "pairs.min_likes=3",
    "pairs.heldout_items=0.2",
    "embed.max_tokens=32",
    "train.objective=head",
    "train.processes=2",
    "train.max_tokens=32",
    "train.max_steps=30",
    "train.validations=2",
    "train.mine_steps=10",
    "train.mine_min_likes=3",
)


@pytest.fixture(scope="package")
def overrides(tmp_path_factory):
    """What the training's config changes; its base model has two layers of random weights."""
    base = save_small_model(tmp_path_factory.mktemp("small_model"))
    return (*OVERRIDES, f"embed.embedders.base.model={base}")


@pytest.fixture(scope="package")
def trained(spark, tiny_data, tiny_store, run_jobs, overrides, tmp_path_factory):
    """A store after a training, and what runs a job of it."""
    folder = tmp_path_factory.mktemp("train") / "store"
    shutil.copytree(tiny_store.location.root, folder)
    store = Store.open(spark, str(folder), tiny_store.ids)
    config = load_config("conf/mal2020.yml", overrides)

    def run(run_id, *jobs):
        return run_jobs(config, store, jobs, tiny_data, run_id)

    assert run("first", "ingest", "similarity", "pairs", "train") == [
        "similarity",
        "pairs",
        "train",
    ]
    return store, run


@pytest.fixture(scope="package")
def again(trained, overrides):
    """Runs the stage `train` on the store's tables as they are; what it gives is not written."""
    store, _ = trained

    def again(run_id, *settings, **more):
        config = load_config("conf/mal2020.yml", (*overrides, *settings))
        run = Run(config, store, run_id, None, PlainReporter())
        inputs = replace(Session.begin(run, [STAGE]).inputs(STAGE), **more)
        try:
            return STAGE.run(inputs, STAGE.settings(config))
        finally:
            inputs.close()

    return again
