import numpy as np
import pytest
import torch
from accelerate import Accelerator
from safetensors.torch import load_file

from colike.errors import DependencyError
from colike.training import encoder
from colike.training.encoder import Encoder, encode, load_model, place, set_dropout
from colike.training.texts import tokenise

from ..snapshots import make_items

pytestmark = [
    pytest.mark.torch,
    pytest.mark.usefixtures("fresh_accelerate"),
]
TEXTS = list(make_items().values())
ITEMS = np.arange(len(TEXTS), dtype=np.int32)


@pytest.fixture
def model(small_model):
    return load_model(small_model, 12)


def encoder_of(model, max_tokens=12):
    return Encoder(model, tokenise(model.tokenizer, ITEMS, TEXTS, max_tokens))


def test_our_encoding_equals_the_models_own(model):
    wanted = ITEMS[::-3]
    theirs = model.encode([TEXTS[item] for item in wanted])
    place(model, torch.device("cpu"))
    ours = encode(encoder_of(model), wanted, Accelerator(cpu=True))
    assert np.abs(ours - theirs).max() < 1e-5


def test_texts_encoded_in_parts_by_length_give_the_gradients_of_one_batch(model, monkeypatch):
    set_dropout(model, 0.0)
    place(model, torch.device("cpu"))
    tokens = tokenise(model.tokenizer, ITEMS, TEXTS, 48)
    encoder, items = Encoder(model, tokens), ITEMS[::-2]
    found = []
    for together in (1000, 3):
        monkeypatch.setattr("colike.training.encoder._TOGETHER_ON_CPU", together)
        encoder.zero_grad()
        vectors = encoder(items)
        (vectors @ vectors.T).square().sum().backward()
        gradients = [p.grad.flatten() for p in encoder.parameters() if p.grad is not None]
        found.append((vectors.detach(), torch.cat(gradients)))
    (whole, of_whole), (parts, of_parts) = found
    assert len({len(text) for text in tokens.texts(items)}) > 1, "or nothing is sorted"
    assert torch.allclose(parts, whole, atol=1e-6)
    assert torch.allclose(of_parts, of_whole, rtol=1e-3, atol=1e-4 * of_whole.abs().max())


def test_without_dropout_a_model_in_training_encodes_as_in_use(model):
    encoder, items = encoder_of(model), np.int32([0, 1])
    in_use = encoder.eval()(items)
    assert not torch.allclose(encoder.train()(items), in_use, atol=1e-3)
    set_dropout(model, 0.0)
    assert torch.allclose(encoder.train()(items), in_use, atol=1e-5)


def test_weights_that_are_stored_in_half_precision_are_trained_in_fp32(small_model, tmp_path):
    half = load_model(small_model, 12).half()
    half.save(str(tmp_path))
    stored = {one.dtype for one in load_file(tmp_path / "model.safetensors").values()}
    assert stored == {torch.float16}
    assert {one.dtype for one in load_model(str(tmp_path), 12).parameters()} == {torch.float32}


@pytest.mark.parametrize("name", ["sentence-transformers/all-MiniLM-L6-v2", "no/such/folder"])
def test_a_name_that_is_no_folder_is_not_looked_up_anywhere(name):
    with pytest.raises(DependencyError, match=f"model {name}: no such folder; give that of a mod"):
        load_model(name, 32)


def test_a_model_is_opened_from_its_files_alone(small_model, monkeypatch):
    given = {}
    real = encoder.SentenceTransformer

    class Listening(real):
        def __init__(self, folder, local_files_only=False, **options):
            given.update(options, local_files_only=local_files_only)
            super().__init__(folder, local_files_only=local_files_only, **options)

    monkeypatch.setattr(encoder, "SentenceTransformer", Listening)
    load_model(small_model, 32)
    assert given == {"device": "cpu", "trust_remote_code": False, "local_files_only": True}
