"""Gradients in parts, and what of a model is trained."""

import numpy as np
import pytest
import torch
from accelerate import Accelerator

from colike.errors import ConfigError
from colike.snapshot.manifest import ITEMS, open_snapshot
from colike.training.encoder import Encoder, load_model, place
from colike.training.gradients import Backward, own_items, random_state, set_random_state
from colike.training.parameters import add_l1_gradients, averaged, freeze, optimizer
from colike.training.texts import read_texts, tokenise

pytestmark = pytest.mark.torch


@pytest.fixture
def accelerator(fresh_accelerate):
    return Accelerator(cpu=True)


@pytest.fixture
def encoder(make_snapshot, small_model):
    """With the dropout that its model has."""
    model = load_model(small_model, 48)
    place(model, torch.device("cpu"))
    snapshot = open_snapshot(make_snapshot())
    return Encoder(model, tokenise(model.tokenizer, *read_texts(snapshot.files(ITEMS)), 48)).train()


def loss_of(vectors):
    """Compares all with all, so no part knows its gradient alone."""
    return (vectors @ vectors.T).square().sum()


def gradients_of(encoder, accelerator, at_once):
    encoder.zero_grad()
    backward = Backward(encoder, accelerator, at_once)
    torch.manual_seed(3)
    loss = backward.add(np.int32([0, 20, 40, 60, 11, 33, 55]), 0, loss_of, last=True)
    found = [p.grad.flatten() for p in encoder.parameters() if p.grad is not None]
    return loss, torch.cat(found), torch.rand(1)


def test_a_batch_in_parts_has_the_gradients_of_the_whole(encoder, accelerator, monkeypatch):
    # Both make passes of two texts, in the order given, so that they draw equal dropout.
    monkeypatch.setattr("colike.training.encoder._TOGETHER_ON_CPU", 2)
    monkeypatch.setattr("colike.training.encoder.np.argsort", in_order)
    whole, of_whole, after_whole = gradients_of(encoder, accelerator, None)
    parts, of_parts, after_parts = gradients_of(encoder, accelerator, 2)
    assert parts == pytest.approx(whole.item(), rel=1e-5)
    assert torch.allclose(of_parts, of_whole, rtol=1e-3, atol=1e-5 * of_whole.abs().max())
    assert after_parts == after_whole


def in_order(values, **_):
    return np.arange(len(values))


def test_other_dropout_would_be_seen(encoder, accelerator):
    torch.manual_seed(3)
    state = random_state()
    first = encoder(np.int32([1]))
    other = encoder(np.int32([1]))
    set_random_state(state)
    assert torch.equal(encoder(np.int32([1])), first)
    assert not torch.equal(other, first)


def test_texts_are_dealt_out_evenly():
    class Processes:
        def __init__(self, index):
            self.num_processes, self.process_index = 3, index

    items = np.arange(10, 17, dtype=np.int32)
    dealt = [own_items(items, Processes(index)).tolist() for index in range(3)]
    assert dealt == [[10, 13, 16], [11, 14, 16], [12, 15, 16]]


def test_frozen_layers_and_word_vectors_are_not_trained(small_model):
    model = load_model(small_model, 16)
    freeze(model, 1)
    trained = {name for name, p in model.named_parameters() if p.requires_grad}
    assert trained
    assert not any("embeddings" in name for name in trained)
    assert {int(n.split(".layer.")[1].split(".")[0]) for n in trained if ".layer." in n} == {1}
    with pytest.raises(ConfigError, match="has 2 layers"):
        freeze(model, 2)


def test_l1_pulls_matrices_to_zero_and_leaves_biases_alone():
    layer = torch.nn.Linear(2, 1)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor([[2.0, -3.0]]))
    layer.weight.grad, layer.bias.grad = torch.zeros(1, 2), torch.zeros(1)
    add_l1_gradients([layer], 0.5)
    assert layer.weight.grad.tolist() == [[0.5, -0.5]]
    assert layer.bias.grad.tolist() == [0.0]


def test_vectors_are_not_decayed():
    groups = optimizer([torch.nn.Linear(2, 1)], 0.1).param_groups
    shapes = [(group["weight_decay"], [p.ndim for p in group["params"]]) for group in groups]
    assert shapes == [(0.1, [2]), (0.0, [1])]


def test_the_average_follows_the_weights_with_its_decay():
    model = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.ones_(model.weight)
    average = averaged(model, 0.75)
    for value in (1.0, 5.0):
        torch.nn.init.constant_(model.weight, value)
        average.update_parameters(model)
    assert average.module.weight.item() == pytest.approx(0.75 * 1.0 + 0.25 * 5.0)
    assert averaged(model, None) is None
