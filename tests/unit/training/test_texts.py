import numpy as np
import pytest

from colike.errors import SnapshotError
from colike.training.texts import Dropping, tokenise

from ...small_model import small_tokenizer

pytestmark = pytest.mark.torch
TEXTS = [
    "Trigun is a TV. It has 26 episodes! Its genres are Action, Sci-Fi.",
    "Dr. Stone is a TV. It is from TMS Studio? Everybody turns to stone.",
    "",
    "One sentence",
]
LONG = "First part here. Second part of the text is longer."
ITEMS = np.int32([2, 3, 5, 8])


@pytest.fixture(scope="module")
def tokenizer():
    return small_tokenizer([*TEXTS, LONG])


@pytest.mark.parametrize("max_tokens", [6, 64])
def test_texts_are_what_the_models_own_tokenizer_makes_of_them(tokenizer, max_tokens):
    tokens = tokenise(tokenizer, ITEMS, TEXTS, max_tokens)
    theirs = tokenizer(TEXTS, truncation=True, max_length=max_tokens)["input_ids"]
    assert [text.tolist() for text in tokens.texts(ITEMS)] == theirs
    backwards = tokens.texts(ITEMS[::-1])
    assert [text.tolist() for text in backwards] == theirs[::-1]


def test_texts_are_padded_to_few_widths_and_never_beyond_the_most(tokenizer):
    tokens = tokenise(tokenizer, ITEMS, TEXTS, 21)
    texts = tokens.texts(ITEMS)
    for some, width in ((texts[2:], 8), (texts[:1], 21), (texts, 21)):
        features = tokens.features(some)
        assert features["input_ids"].shape == features["attention_mask"].shape == (len(some), width)
        for text, ids, mask in zip(
            some, features["input_ids"], features["attention_mask"], strict=True
        ):
            assert ids[: len(text)].tolist() == text.tolist()
            assert (ids[len(text) :] == tokens.pad_id).all()
            assert mask.tolist() == [1] * len(text) + [0] * (width - len(text))


def test_whole_sentences_are_left_out_and_never_all(tokenizer):
    tokens = tokenise(tokenizer, ITEMS, TEXTS, 64, Dropping(title=0.5, sentences=0.5, seed=1))
    sentences = ["Trigun is a TV.", "It has 26 episodes!", "Its genres are Action, Sci-Fi."]
    allowed = {
        tuple(tokenizer(" ".join(part for part, bit in zip(sentences, bits, strict=True) if bit))[
            "input_ids"
        ])
        for bits in np.ndindex(2, 2, 2)
        if any(bits)
    }  # fmt: skip
    seen = {tuple(tokens.texts(ITEMS[:1], draw)[0].tolist()) for draw in range(200)}
    assert seen == allowed
    assert tokens.texts(ITEMS[3:], 7)[0].tolist() == tokenizer(TEXTS[3])["input_ids"]


def test_title_and_other_sentences_have_odds_of_their_own():
    dropping = Dropping(title=0.75, sentences=0.25, seed=3)
    kept = np.array([dropping.kept(9, 20, draw) for draw in range(2000)])
    assert kept[:, 0].mean() == pytest.approx(0.25, abs=0.04)
    assert kept[:, 1:].mean() == pytest.approx(0.75, abs=0.01)


def test_a_draw_decides_alone_whatever_else_is_in_the_batch(tokenizer):
    tokens = tokenise(tokenizer, ITEMS, TEXTS, 64, Dropping(title=0.5, sentences=0.5, seed=1))
    together = tokens.texts(ITEMS, 4)
    alone = [tokens.texts(ITEMS[place : place + 1], 4)[0] for place in range(4)]
    assert [one.tolist() for one in together] == [one.tolist() for one in alone]
    assert [one.tolist() for one in tokens.texts(ITEMS)] != [one.tolist() for one in together]


def test_what_is_left_out_makes_room_for_what_was_cut_off(tokenizer):
    items = np.int32([0])
    dropping = Dropping(title=0.99, sentences=0.0, seed=1)
    cut = tokenise(tokenizer, items, [LONG], 8, dropping)
    assert (
        cut.texts(items, 1)[0].tolist()
        == (
            tokenizer("Second part of the text is longer.", truncation=True, max_length=8)[
                "input_ids"
            ]
        )
    )


def test_an_item_without_a_description_is_named(tokenizer):
    with pytest.raises(SnapshotError, match="no description for item_idx 999"):
        tokenise(tokenizer, ITEMS, TEXTS, 64).texts(np.int32([3, 999]))
