"""A store at a URI that is no folder of this machine: it trains, and the model is kept there."""

import shutil
import tempfile

import pytest
from pyspark.sql import functions as F

from colike.config import load_config
from colike.embedding.models import Trained, find_model
from colike.errors import DependencyError
from colike.tables import Store

# A training of its own, as short as one can be.
SHORT = ("train.max_steps=1", "train.processes=1", "train.validations=0", "train.mine_steps=null")


@pytest.fixture
def uri(spark, trained, tmp_path, monkeypatch):
    """A URI of another file system, with the tables of the trained store and none of its files."""
    store, _ = trained
    shutil.copytree(store.location.local / "tables", tmp_path / "store" / "tables")
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    hadoop = spark.sparkContext._jsc.hadoopConfiguration()
    hadoop.set("fs.viewfs.mounttable.elsewhere.link./store", (tmp_path / "store").as_uri())
    return "viewfs://elsewhere/store"


def test_a_model_is_kept_at_the_uri_and_encodes_on_a_machine_that_has_not_made_it(
    spark, trained, run_jobs, overrides, tiny_data, uri, tmp_path
):
    store = Store.open(spark, uri, trained[0].ids)
    config = load_config("conf/mal2020.yml", (*overrides, *SHORT))
    assert run_jobs(config, store, ["train"], tiny_data, "moved") == ["train"]
    row = store.read("models").orderBy(F.desc("created_at")).first()
    made = tmp_path / "store" / "files" / row["uri"]
    assert (made / "modules.json").is_file()
    assert run_jobs(config, store, ["train"], tiny_data, "again") == []

    # Another machine has not made the model, and encodes with it.
    tempfile.tempdir = tempfile.mkdtemp(dir=tmp_path)
    assert run_jobs(config, store, ["embed"], tiny_data, "embedded") == ["embed"]
    vectors = store.read("item_embeddings").where("source = 'finetuned'")
    assert vectors.count() == store.read("items").count()

    # Weights that somebody changed are not used.
    (weights,) = (store.files.fetch(row["uri"])).glob("*_Dense/*.safetensors")
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")
    trained_here = Trained(store.read("models"), store.files.fetch)
    with pytest.raises(DependencyError, match=r"other weights than table models says; remove it"):
        find_model("finetuned", config.embed.embedders["finetuned"], trained_here)
