"""A store at a URI that is no folder of this machine: it trains, and the model is kept there."""

import shutil
import tempfile

import pytest

from colike.config import load_config
from colike.embedding.models import Trained, find_model
from colike.errors import DependencyError
from colike.tables import Store


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


def test_a_model_whose_files_are_gone_is_trained_again_and_kept_at_the_uri(
    spark, trained, run_jobs, overrides, tiny_data, uri, tmp_path
):
    before = trained[0].read("models").first()
    store = Store.open(spark, uri, trained[0].ids)
    config = load_config("conf/mal2020.yml", (*overrides, "embed.embedders.finetuned.model=null"))
    assert run_jobs(config, store, ["train"], tiny_data, "moved") == ["train"]
    row = store.read("models").first()
    assert (row["model_id"], row["uri"]) == (before["model_id"], before["uri"])
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
