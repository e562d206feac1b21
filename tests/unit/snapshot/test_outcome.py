"""A finished training is taken as it was written, or not at all."""

import json

import pytest

from colike.snapshot.outcome import finished
from colike.snapshot.weights import weights_sha256

WEIGHTS = "model/model.safetensors"
FILES = (WEIGHTS, "curve.json", "metrics.json", "result.json")


@pytest.fixture
def out(tmp_path):
    (tmp_path / "model").mkdir()
    (tmp_path / WEIGHTS).write_bytes(b"weights")
    result = {"model_sha256": weights_sha256(tmp_path / "model"), "steps": 3}
    for name, document in zip(FILES[1:], ([], {}, result), strict=True):
        (tmp_path / name).write_text(json.dumps(document))
    return tmp_path


def test_a_whole_training_gives_its_result(out):
    assert finished(out)["steps"] == 3


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("content", [None, b"", b'{"model_sha256": "ab', b"[1]"])
def test_a_training_that_has_lost_or_changed_something_is_none(out, name, content):
    if content is None:
        (out / name).unlink()
    else:
        (out / name).write_bytes(content)
    whole = name in ("curve.json", "metrics.json") and content == b"[1]"  # any JSON is whole
    assert (finished(out) is not None) == whole


def test_what_is_not_there_is_no_training(tmp_path):
    assert finished(tmp_path / "nowhere") is None
