"""What training teaches: words that no base model can know."""

import pytest

from .conftest import run_in_process

pytestmark = pytest.mark.torch


def test_a_trained_model_learns_what_invented_words_mean(make_snapshot, tmp_path, minilm):
    settings = {"batch_size": 14, "learning_rate": 1e-3, "max_steps": 10, "max_tokens": 48}
    metrics = run_in_process(make_snapshot(minilm, **settings), tmp_path / "out")["metrics"]
    assert metrics["base"]["auc"] < 0.7
    assert metrics["finetuned"]["auc"] > metrics["base"]["auc"] + 0.15


# Their losses teach a model that knows nothing too, in a hundredth of the time.
@pytest.mark.parametrize("objective", ["cosine", "softmax", "contrastive", "mnr"])
def test_the_other_objectives_learn_too(make_snapshot, tmp_path, small_model, objective):
    settings = {
        "objective": objective, "batch_size": 28, "learning_rate": 5e-3, "warmup_steps": 10,
        "max_steps": 120, "max_tokens": 48, "dropout": 0.0,
    }  # fmt: skip
    metrics = run_in_process(make_snapshot(small_model, **settings), tmp_path / "out")["metrics"]
    assert metrics["finetuned"]["auc"] > metrics["base"]["auc"] + 0.1
