"""A store after a training, for what looks at it and for what trains again."""

import pytest

from colike.config import load_config
from colike.run.chain import run_jobs
from colike.run.reporters import PlainReporter
from colike.run.stage import Run
from colike.tables import IdTypes, Store

from ...small_model import save_small_model

OVERRIDES = (
    "split.validation_users=1.0",
    "similarity.min_colikes=1",
    "pairs.threshold=0.03",
    "pairs.min_colikes=1",
    "pairs.min_likes=3",
    "pairs.heldout_items=0.2",
    "embed.max_tokens=32",
    "train.objective=head",
    "train.max_tokens=32",
    "train.max_steps=30",
    "train.validations=2",
    "train.mine_steps=10",
    "train.mine_min_likes=3",
)


@pytest.fixture(scope="package")
def trained(spark, tiny_data, tmp_path_factory):
    """A store after a training, and what runs a job of it."""
    base = save_small_model(tmp_path_factory.mktemp("small_model"))
    store = Store.open(spark, str(tmp_path_factory.mktemp("train")), IdTypes("bigint", "bigint"))

    def run(run_id, *jobs, settings=(), reporter=None):
        overrides = (*OVERRIDES, f"embed.embedders.base.model={base}", *settings)
        config = load_config("conf/mal2020.yml", overrides)
        return run_jobs(
            Run(config, store, run_id, str(tiny_data), reporter or PlainReporter()), jobs
        )

    run("first", "ingest", "similarity", "pairs", "train")
    return store, run
