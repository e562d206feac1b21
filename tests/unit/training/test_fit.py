import pytest

from colike.errors import ColikeError

from .conftest import run_in_process

pytestmark = pytest.mark.torch
QUICK = {"learning_rate": 3e-4, "max_tokens": 48}


def test_equal_seeds_and_steps_give_equal_weights(make_snapshot, tmp_path, small_model):
    folder = make_snapshot(small_model, max_steps=2, batch_size=4, precision="fp32", **QUICK)
    first = run_in_process(folder, tmp_path / "a")
    assert first["model_sha256"] == run_in_process(folder, tmp_path / "b")["model_sha256"]


def test_minutes_end_a_run_that_has_many_steps_left(make_snapshot, tmp_path, small_model):
    folder = make_snapshot(small_model, epochs=10_000, max_minutes=0.005, batch_size=2, **QUICK)
    result = run_in_process(folder, tmp_path / "out")
    assert result["stopped_by"] == "minutes"
    assert 1 <= result["steps"] < result["planned_steps"]


def test_a_loss_that_is_no_number_ends_a_run_and_keeps_nothing(
    make_snapshot, tmp_path, small_model
):
    settings = {"learning_rate": 1e30, "max_tokens": 48, "batch_size": 4, "precision": "fp32"}
    folder = make_snapshot(small_model, max_steps=6, log_every_steps=1, **settings)
    with pytest.raises(ColikeError, match=r"The loss is nan at step \d.*lower train.learning_rate"):
        run_in_process(folder, tmp_path / "out")
    assert not (tmp_path / "out").exists()
