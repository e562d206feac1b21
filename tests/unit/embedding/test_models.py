"""A model is a folder of this machine, or a commit of the hub; never whatever a name has today."""

import huggingface_hub
import pytest

from colike.config.embed import EmbedderConfig
from colike.embedding.models import find_model, model_folder
from colike.errors import DependencyError

COMMIT = "c9745ed1d9f207416be6d2e6f8de32d1f16199bf"
NAME = "sentence-transformers/all-MiniLM-L6-v2"


@pytest.fixture
def asked(monkeypatch, tmp_path):
    """What the hub was asked for; it has a model of one file."""
    calls = []
    (tmp_path / "hub").mkdir()
    (tmp_path / "hub" / "model.safetensors").write_bytes(b"weights")

    def download(name, **options):
        calls.append((name, options))
        return str(tmp_path / "hub")

    monkeypatch.setattr(huggingface_hub, "snapshot_download", download)
    return calls


def test_a_hub_name_is_fetched_at_its_commit_and_without_code_or_pickles(asked, tmp_path):
    embedder = EmbedderConfig(kind="sentence_transformer", model=NAME, revision=COMMIT)
    assert find_model("base", embedder).location == str(tmp_path / "hub")
    ((name, options),) = asked
    assert (name, options["revision"]) == (NAME, COMMIT)
    assert all(not pattern.endswith((".py", ".bin", "*")) for pattern in options["allow_patterns"])


def test_a_hub_name_without_a_commit_is_not_fetched_and_says_what_to_add(asked):
    with pytest.raises(DependencyError, match="needs `revision`, its commit of 40 hex digits; add"):
        find_model("base", EmbedderConfig(kind="sentence_transformer", model=NAME))
    assert asked == []


def test_a_folder_needs_neither(asked, tmp_path):
    assert model_folder(str(tmp_path / "hub")) == tmp_path / "hub"
    assert asked == []
