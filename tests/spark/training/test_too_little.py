"""With too little data job `train` makes no model, names the keys that give more, and succeeds."""

import pytest

from colike import columns as C
from colike.config import load_config

from ...histories import history_row

CASE = "tests/cases/32-train-tiny/conf.yml"
ITEMS = 12


@pytest.fixture(scope="module")
def frames(frame_store):
    """Tables with so many pairs of each label, and with users who have a validation like or not."""
    store = frame_store({})

    def made(pairs_of_a_label, has_validation_like):
        pairs = [
            {
                C.PAIR_ID: 2 * number + label,
                C.ITEM_A: number,
                C.ITEM_B: number + 1,
                C.LABEL: label,
                C.JACCARD: 0.5 * label,
                C.BASE_COSINE: 0.0,
                C.KIND: "positive" if label else "random",
                C.SPLIT: split,
            }
            for number in range(ITEMS - 1)
            for label in (0, 1)
            # The others are held out, and nothing is learnt from them.
            for split in ["train" if number < pairs_of_a_label else "heldout"]
        ]
        held = {"likes_validation": [1]} if has_validation_like else {}
        history = history_row(1, likes_train=[0], **held)
        return {
            "training_pairs": store.frame("training_pairs", pairs),
            "user_history": store.frame("user_history", [history]),
        }

    return made


def of(run_stage, frames, *overrides):
    outputs = run_stage("train", load_config(CASE, overrides), frames)
    assert [(write.table, write.frame) for write in outputs.writes] == [("models", None)]
    (note,) = outputs.notes
    return note


def test_few_pairs_train_nothing_and_the_keys_that_make_more_are_named(run_stage, frames):
    note = of(run_stage, frames(pairs_of_a_label=4, has_validation_like=True))
    assert note.startswith("finetuned is not trained: 4 training pairs")
    for key in ("pairs.threshold", "pairs.min_colikes", "pairs.min_likes"):
        assert key in note


def test_without_a_validation_like_nothing_tells_when_to_stop(run_stage, frames):
    tables = frames(pairs_of_a_label=5, has_validation_like=False)
    note = of(run_stage, tables, "train.validations=2")
    assert "split.validation_users" in note
    assert "train.validations" in note
