from dataclasses import fields
from math import exp, log

import numpy as np
import pytest
import torch

from colike.snapshot.manifest import open_snapshot
from colike.snapshot.settings import TrainSettings
from colike.training.objectives import OBJECTIVES
from colike.training.objectives.base import Share, TrainData
from colike.training.objectives.contrastive import contrastive_loss
from colike.training.objectives.cosine import cosine_loss
from colike.training.objectives.graded import graded_loss
from colike.training.objectives.mnr import allowed_candidates, ranking_loss
from colike.training.objectives.softmax import features

pytestmark = pytest.mark.torch
TRAIN_ITEMS = 5 * 9


def objective_of(folder, name, **settings):
    chosen = TrainSettings(objective=name, reader="arrow", **settings)
    data = TrainData(open_snapshot(folder), chosen, dimensions=4)
    return OBJECTIVES[name](data)


def test_cosine_loss_is_the_mean_squared_miss():
    left = torch.tensor([[1.0, 0.0], [0.6, 0.8]])
    right = torch.tensor([[0.6, 0.8], [1.0, 0.0]])
    loss = cosine_loss(left, right, torch.tensor([1.0, 0.0]))
    assert float(loss) == pytest.approx(((0.6 - 1) ** 2 + 0.6**2) / 2)


def test_contrastive_loss_draws_positives_near_and_pushes_negatives_to_the_margin():
    left = torch.tensor([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0]])
    right = torch.tensor([[0.6, 0.8], [0.8, 0.6], [0.0, 1.0]])
    # Distances .4 (liked together), .2 (short of the margin by .3) and 1 (beyond it).
    loss = contrastive_loss(left, right, torch.tensor([1.0, 0.0, 0.0]), margin=0.5)
    assert float(loss) == pytest.approx((0.4**2 + 0.3**2 + 0) / 3 / 2)


def test_softmax_sees_both_vectors_and_how_far_they_are_apart():
    left, right = torch.tensor([[1.0, 0.0]]), torch.tensor([[0.6, 0.8]])
    assert features(left, right).tolist()[0] == pytest.approx([1, 0, 0.6, 0.8, 0.4, 0.8])


def test_softmax_loss_is_that_of_its_layer(make_snapshot):
    objective = objective_of(make_snapshot(), "softmax")
    step = next(objective.steps(Share(1, 8)))
    with torch.no_grad():
        objective.module.weight.zero_()
        objective.module.bias.copy_(torch.tensor([0.0, log(3)]))  # says "liked" with odds of 3
    loss = objective.loss(torch.eye(4)[np.zeros(len(step.items), int)], step)
    liked = step.labels.mean()
    assert loss.item() == pytest.approx(liked * log(4 / 3) + (1 - liked) * log(4))


def test_ranking_loss_leaves_out_what_is_not_allowed():
    logits = torch.tensor([[2.0, 0.0], [1.0, 3.0]])
    everything = torch.ones(2, 2, dtype=torch.bool)
    first, second = log(1 + exp(0 - 2)), log(1 + exp(1 - 3))
    assert float(ranking_loss(logits, everything)) == pytest.approx((first + second) / 2)
    no_negative_for_second = torch.tensor([[True, True], [False, True]])
    assert float(ranking_loss(logits, no_negative_for_second)) == pytest.approx(first / 2)


def test_false_negatives_are_masked_by_item_and_by_jaccard():
    anchors, candidates = np.int32([1, 2]), np.int32([2, 3, 9])
    jaccard = np.float32([[0.3, 0.2, 0.0], [0.0, 0.3, 0.05]])
    assert allowed_candidates(anchors, candidates, jaccard, np.float32(0.05)).tolist() == [
        [True, False, True],  # 3 is co-liked above the bound
        [False, True, True],  # 2 is the anchor itself; .05 is not above the bound
    ]


def test_a_positive_that_stands_twice_is_no_negative():
    allowed = allowed_candidates(
        np.int32([1, 2]), np.int32([5, 5]), np.zeros((2, 2), np.float32), 0.05
    )
    assert allowed.tolist() == [[True, False], [False, True]]


def test_graded_loss_is_the_cross_entropy_with_the_jaccard_distribution():
    logits = torch.tensor([[9.0, log(2), 0.0], [log(2), 9.0, 0.0], [0.0, 0.0, 9.0]])
    jaccard = torch.tensor([[1.0, 0.3, 0.1], [0.3, 1.0, 0.0], [0.1, 0.0, 1.0]])
    rows = (
        -(0.3 / 0.4 * log(2 / 3) + 0.1 / 0.4 * log(1 / 3)),
        -log(2 / 3),
        -log(1 / 2),
    )
    assert float(graded_loss(logits, jaccard)) == pytest.approx(sum(rows) / 3)


def test_graded_loss_skips_items_that_nobody_likes_with_the_others():
    logits = torch.tensor([[9.0, log(2), 0.0], [log(2), 9.0, 0.0], [5.0, 7.0, 9.0]])
    jaccard = torch.tensor([[1.0, 0.3, 0.0], [0.3, 1.0, 0.0], [0.0, 0.0, 1.0]])
    assert float(graded_loss(logits, jaccard)) == pytest.approx(-log(2 / 3))


def test_graded_loss_without_any_jaccard_changes_nothing():
    logits = torch.zeros(2, 2, requires_grad=True)
    loss = graded_loss(logits, torch.eye(2))
    loss.backward()
    assert loss.item() == 0
    assert logits.grad is not None
    assert logits.grad.tolist() == [[0.0, 0.0], [0.0, 0.0]]


def test_graded_gradients_are_finite():
    logits = torch.zeros(3, 3, requires_grad=True)
    graded_loss(logits, torch.full((3, 3), 0.2)).backward()
    assert logits.grad is not None
    assert bool(logits.grad.isfinite().all())


@pytest.mark.parametrize("name", OBJECTIVES)
def test_each_item_of_a_step_is_encoded_once_and_is_a_train_item(make_snapshot, name):
    objective = objective_of(make_snapshot(), name)
    steps = list(objective.steps(Share(epochs=1, batch_size=16)))
    assert steps
    for step in steps:
        assert len(np.unique(step.items)) == len(step.items)
        assert (step.items % 14 < 9).all()  # the last five of each theme are held out


def test_an_epoch_of_graded_goes_once_through_all_anchors(make_snapshot):
    objective = objective_of(make_snapshot(), "graded")
    assert objective.rows == TRAIN_ITEMS
    steps = list(objective.steps(Share(epochs=2, batch_size=10)))
    assert len(steps) == 2 * TRAIN_ITEMS / 10
    # In the data no two themes share a like, and within one all do.
    for step in steps:
        same_theme = step.items[:, None] // 14 == step.items[None, :] // 14
        np.fill_diagonal(same_theme, val=False)
        assert ((step.jaccard > 0) == same_theme).all()


def test_ranking_steps_have_the_anchors_own_hard_negatives(make_snapshot):
    objective = objective_of(make_snapshot(), "mnr")
    for step in objective.steps(Share(epochs=1, batch_size=16)):
        anchors, candidates = step.items[step.anchors], step.items[step.candidates]
        positives, hard = candidates[: len(anchors)], candidates[len(anchors) :]
        assert (anchors // 14 == positives // 14).all()
        assert len(hard) > 0
        # Whatever shares the anchor's theme is co-liked, so only the positive is allowed of it.
        same_theme = anchors[:, None] // 14 == candidates[None, :] // 14
        assert (step.allowed & same_theme).sum() == len(anchors)


@pytest.mark.parametrize("name", OBJECTIVES)
@pytest.mark.parametrize("reader", ["arrow", "petastorm"])
def test_steps_from_the_middle_are_those_of_an_unbroken_run(make_snapshot, name, reader):
    if reader == "petastorm":
        pytest.importorskip("petastorm")
    data = TrainData(
        open_snapshot(make_snapshot()), TrainSettings(objective=name, reader=reader), 4
    )
    objective = OBJECTIVES[name](data)
    whole = list(objective.steps(Share(3, 10)))
    for start in (0, 3, len(whole) - 1):
        rest = list(objective.steps(Share(3, 10, start=start)))
        assert len(rest) == len(whole) - start
        for one, other in zip(rest, whole[start:], strict=True):
            for field in fields(one):
                assert np.array_equal(getattr(one, field.name), getattr(other, field.name))


@pytest.mark.parametrize("name", OBJECTIVES)
def test_steps_depend_on_the_seed_alone(make_snapshot, name):
    folder = make_snapshot()

    def items(seed):
        steps = objective_of(folder, name, seed=seed).steps(Share(1, 32))
        return [step.items.tolist() for step in steps]

    assert items(1) == items(1)
    assert items(1) != items(2)
