from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from colike.config import load_config
from colike.data.packed import Loose, pack
from colike.data.splits import LARGE_SHARE, SMALL, SPLITS, TEST, TRAIN, VALIDATION, split_codes

SPLIT = load_config("conf/mal2020.yml").split
# Computed by a separate implementation of xxHash64 (salt "colike", Spark's seed 42, each part
# hashed with the hash of those before it as seed). They must never change: a model that was
# trained on one split would be measured on its own training ratings.
GOLDEN = {
    ("0", "0"): TEST,
    ("0", "32"): TEST,
    ("1", "6"): TEST,
    ("1", "9"): TEST,
    ("anna", "b07"): TEST,
    ("u 1", "a|b"): TEST,
    ("0", "3"): VALIDATION,
    ("0", "21"): VALIDATION,
    ("0", "26"): VALIDATION,
    ("0", "31"): VALIDATION,
    ("zoë", "進撃"): VALIDATION,
    ("user8", "tt008"): VALIDATION,
    ("0", "1"): TRAIN,
    ("0", "2"): TRAIN,
    ("0", "4"): TRAIN,
    ("0", "5"): TRAIN,
    ("user0", "tt000"): TRAIN,
    ("user1", "tt001"): TRAIN,
}
# Of users 0 to 59, those in the tenth that has validation ratings at full size.
GOLDEN_VALIDATION_USERS = {8, 22, 32, 36, 42}


def packed_of(pairs):
    """The pairs as packed ratings, and the ids of their items as text."""
    ids = sorted({item for _, item in pairs})
    index = {item: place for place, item in enumerate(ids)}
    loose = Loose(
        pa.array([user for user, _ in pairs]),
        np.array([index[item] for _, item in pairs], np.int32),
        np.full(len(pairs), 9, np.float32),
        None,
    )
    return pack(loose, None), pa.array(ids)


def pairs(count, text=False):
    """`count` pairs: items 0 to 99 of as many users as that takes."""
    made = [(place // 100, place % 100) for place in range(count)]
    return [(str(user), str(item)) for user, item in made] if text else made


def splits_of(pairs, users, split=SPLIT):
    packed, item_ids = packed_of(pairs)
    codes = split_codes(packed, item_ids, split, users)
    people, ids = packed.users.to_pylist(), item_ids.to_pylist()
    return {
        (str(people[row]), str(ids[item])): SPLITS[code]
        for row, item, code in zip(packed.rows, packed.items, codes, strict=True)
    }


def shares(splits):
    values = list(splits.values())
    return {name: values.count(name) / len(values) for name in (TEST, VALIDATION, TRAIN)}


@pytest.fixture(scope="module")
def small():
    """The splits of 20,000 pairs of 200 users, who are few enough to validate on all."""
    return splits_of(pairs(20_000), users=200)


def test_the_split_of_these_pairs_never_changes():
    assert splits_of(list(GOLDEN), users=200) == GOLDEN


def test_the_salt_is_the_one_that_the_golden_values_were_made_with():
    assert SPLIT.salt == "colike"


def test_a_tenth_is_test_and_a_tenth_of_the_rest_validation(small):
    found = shares(small)
    assert found[TEST] == pytest.approx(0.1, abs=0.01)
    assert found[VALIDATION] == pytest.approx(0.9 * 0.1, abs=0.01)


def test_at_full_size_a_tenth_of_the_users_has_validation_ratings(small):
    large = splits_of(pairs(6_000), users=SMALL)
    users = {int(user) for (user, _), split in large.items() if split == VALIDATION}
    assert users == GOLDEN_VALIDATION_USERS
    # Whoever is left out trains on those ratings; test ratings are the same ones.
    for pair, split in large.items():
        expected = small[pair]
        if expected == VALIDATION and int(pair[0]) not in users:
            expected = TRAIN
        assert split == expected
    assert LARGE_SHARE == 0.1


def test_the_config_can_say_how_many_users_validate(small):
    nobody = SPLIT.model_copy(update={"validation_users": 0.0})
    splits = splits_of(pairs(2_000), users=200, split=nobody)
    assert VALIDATION not in splits.values()
    everybody = SPLIT.model_copy(update={"validation_users": 1.0})
    splits = splits_of(pairs(2_000), users=SMALL, split=everybody)
    assert splits == {pair: small[pair] for pair in splits}


def test_the_split_is_the_same_in_any_order_and_for_ids_as_text(small):
    splits = splits_of(pairs(3_000, text=True)[::-1], users=200)
    assert splits == {pair: small[pair] for pair in splits}


def test_a_mark_without_an_opinion_is_in_train():
    packed, item_ids = packed_of(pairs(1_000))
    marks = replace(packed, ratings=np.full(1_000, np.nan, np.float32))
    assert set(split_codes(marks, item_ids, SPLIT, 200)) == {SPLITS.index(TRAIN)}


def test_another_salt_splits_otherwise(small):
    other = splits_of(pairs(3_000), 200, SPLIT.model_copy(update={"salt": "other"}))
    both_test = sum(small[pair] == split == TEST for pair, split in other.items())
    assert both_test / len(other) == pytest.approx(0.1 * 0.1, abs=0.01)
