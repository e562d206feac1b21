"""`colike champion`: back to an earlier publication, and holding it there."""

import shutil

import pytest
from pyspark.sql import functions as F
from typer.testing import CliRunner

from colike.cli.main import app
from colike.config.saved import CONFIG_FILE
from colike.errors import ConfigError
from colike.tables import Store
from colike.tables.views import register_views
from colike.tables.writes import append, replace

FIRST, SECOND = "tiny", "second"


@pytest.fixture(scope="module")
def store(spark, tiny_store, write, tmp_path_factory):
    """A store in which a second run has published other lists: the reverse of the first.

    Its config.json is damaged, which a move does not need.
    """
    folder = tmp_path_factory.mktemp("champion") / "store"
    shutil.copytree(tiny_store.location.root, folder)
    store = Store.open(spark, str(folder), tiny_store.ids)
    lists = store.read("published_recommendations").withColumn("rank", 11 - F.col("rank"))
    moves = store.read("champion_moves").withColumn("at", F.expr("at + interval 1 day"))
    rows = [
        replace("published_recommendations", lists.drop("run_id"), {"run_id": [SECOND]}),
        append("champion_moves", moves.drop("run_id")),
    ]
    write(store, *rows, run_id=SECOND)
    store.files.write_text(CONFIG_FILE, "{")
    return store


def colike(store, *words):
    done = CliRunner().invoke(app, ["champion", "--store", store.location.name, *words])
    if done.exception is not None:
        raise done.exception
    return done.stdout


def shown(store):
    register_views(Store.open(store.spark.newSession(), store.location.name, store.ids))
    moves = store.read("champion_moves").orderBy(F.desc("at")).first()
    return moves["run_id"], moves["held"], moves["by"]


def first_run(store):
    return store.read("champion_moves").orderBy("at").first()["run_id"]


def test_it_moves_back_is_held_and_let_go(store):
    first = first_run(store)
    assert f"published by run {SECOND}" in colike(store)
    said = colike(store, "--to", first, "--hold")
    assert said.endswith(f"published by run {first}; it is held until --release.\n")
    assert shown(store) == (first, True, "colike champion")
    assert colike(store, "--release").endswith(f"published by run {first}.\n")
    assert shown(store) == (first, False, "colike champion")


def test_a_run_that_is_not_kept_and_a_source_that_it_did_not_publish_are_named(store):
    with pytest.raises(ConfigError, match=rf"Run gone has no published lists; .*{SECOND}"):
        colike(store, "--to", "gone")
    with pytest.raises(
        ConfigError, match=r"published the lists of \w+, not of als; .*--only publish"
    ):
        colike(store, "--to", SECOND, "--source", "als")


def test_a_move_by_hand_is_none_that_job_publish_takes_for_damage(store):
    runs = store.read("runs").where("job = 'champion' AND event = 'succeeded'")
    assert runs.count() >= 1
    assert all("champion_moves" in row["pins_out"] for row in runs.collect())
