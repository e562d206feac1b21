"""Lists of the anchors, on arrays."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colike.config import load_config
from colike.config.section import ANCHORS
from colike.errors import ConfigError
from colike.evaluation.anchors import drawn, first_unseen
from colike.sources.registry import all_sources

ITEMS, SIZE = 12, 5
item = st.integers(0, ITEMS - 1)
user = st.tuples(st.sets(item), st.lists(item, unique=True))


def ragged(rows):
    ends = np.cumsum([0, *(len(row) for row in rows)])
    return ends, np.array([item for row in rows for item in row], np.int32)


def seeds_of(users):
    return np.random.default_rng(7).integers(0, 2**64, users, dtype=np.uint64)


@settings(deadline=None)
@given(st.lists(user, min_size=1, max_size=6))
def test_a_list_keeps_its_order_and_nothing_that_was_seen(users):
    seen, listed = zip(*users, strict=True)
    made = first_unseen(*ragged([sorted(s) for s in seen]), *ragged(listed), ITEMS, SIZE)
    for row, mine, items in zip(made.tolist(), seen, listed, strict=True):
        wanted = [item for item in items if item not in mine][:SIZE]
        assert row == wanted + [-1] * (SIZE - len(wanted))


@settings(deadline=None)
@given(st.lists(user, min_size=1, max_size=6))
def test_random_lists_have_unseen_items_of_the_pool_once_and_as_many_as_there_are(users):
    seen, pools = zip(*users, strict=True)
    pool = np.array(pools[0], np.int32)
    made = drawn(*ragged([sorted(s) for s in seen]), seeds_of(len(users)), pool, ITEMS, SIZE)
    for row, mine in zip(made.tolist(), seen, strict=True):
        there = [item for item in row if item >= 0]
        assert len(there) == len(set(there)) == min(SIZE, len(set(pools[0]) - mine))
        assert set(there) <= set(pools[0]) - mine
        assert row == there + [-1] * (SIZE - len(there))


def test_every_unseen_item_is_as_likely_at_every_rank():
    users = 50_000
    rows = np.arange(users + 1)
    seen = np.full(users, 3, np.int32)
    made = drawn(rows, seen, seeds_of(users), np.arange(ITEMS, dtype=np.int32), ITEMS, SIZE)
    for rank in range(SIZE):
        counts = np.bincount(made[:, rank], minlength=ITEMS)
        assert counts[3] == 0
        assert np.delete(counts, 3) == pytest.approx(users / (ITEMS - 1), rel=0.06)


def test_a_users_draws_depend_on_the_user_alone_and_begin_longer_ones():
    seeds, pool = seeds_of(40), np.arange(ITEMS, dtype=np.int32)
    nothing = np.zeros(0, np.int32)
    together = drawn(np.zeros(41, int), nothing, seeds, pool, ITEMS, SIZE)
    alone = drawn(np.zeros(2, int), nothing, seeds[17:18], pool, ITEMS, SIZE + 3)
    assert together[17].tolist() == alone[0, :SIZE].tolist()
    assert len({tuple(row) for row in together.tolist()}) > 30


def test_no_source_has_the_name_of_an_anchor():
    config = load_config("conf/mal2020.yml")
    assert not set(ANCHORS) & set(all_sources(config.known_sources))
    for name in ANCHORS:
        embedder = f"embed.embedders.{name}={{kind: sentence_transformer, model: x}}"
        with pytest.raises(ConfigError, match=f"embedders has '{name}', the name of an anchor"):
            load_config("conf/mal2020.yml", [embedder])
        with pytest.raises(ConfigError, match=f"'{name}', which is no source"):
            load_config("conf/mal2020.yml", [f"publish.champion={name}"])
