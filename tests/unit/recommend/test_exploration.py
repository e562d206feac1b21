import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colike.config import load_config
from colike.config.recommend import ExplorationConfig
from colike.errors import ConfigError
from colike.recommend.exploration import explored_places, explored_ranks

ITEMS = 8
few_items = st.permutations(range(ITEMS))
ended = st.integers(0, ITEMS)


def exploration(share, first=6, last=10):
    return ExplorationConfig(share=share, fewer_likes_than=10, first_rank=first, last_rank=last)


def reference(usual, rare, explored):
    """Each place's list is asked first, and every item stands once."""
    made = []
    for place in explored:
        sources = ([*rare] if place else []) + usual
        found = next((item for item in sources if item not in made), None)
        if found is None:
            break
        made.append(found)
    return made


def padded(items, length):
    return np.array([[*items, *[-1] * (length - len(items))]], np.int32)


@settings(deadline=None, max_examples=200)
@given(few_items, ended, few_items, ended, st.lists(st.booleans(), min_size=1, max_size=ITEMS))
def test_places_are_those_of_the_reference(usual, kept, rare, offered, explored):
    k = len(explored)
    mine, others = usual[: min(kept, k)], rare[:offered]
    both = np.concatenate([padded(mine, k), padded(others, ITEMS)], axis=1)[0]
    places = explored_places(padded(mine, k), padded(others, ITEMS), np.array(explored))[0]
    found = [int(both[place]) for place in places if place >= 0]
    assert found == reference(mine, others, explored)
    assert (places[len(found) :] == -1).all()


@pytest.mark.parametrize(
    ("share", "ranks"),
    [(0, []), (0.2, [10]), (0.4, [8, 10]), (0.6, [7, 9, 10]), (1, [6, 7, 8, 9, 10])],
)
def test_a_share_of_the_ranks_is_explored_evenly(share, ranks):
    found = 1 + np.flatnonzero(explored_ranks(exploration(share), 50))
    assert found.tolist() == ranks


def test_a_third_of_three_places_is_one():
    assert explored_ranks(exploration(0.3333, 1, 3), 3).tolist() == [False, False, True]


def test_a_shorter_list_has_the_explored_places_that_it_reaches():
    assert explored_ranks(exploration(0.4), 8).tolist() == [False] * 7 + [True]


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (("recommend.exploration.first_rank=11",), "first_rank = 11 is above last_rank = 10"),
        (
            ("recommend.exploration.share=0.2", "recommend.k=5"),
            "exploration.first_rank = 6 is above k = 5, so that nothing is explored",
        ),
    ],
)
def test_settings_that_explore_nothing_are_refused(overrides, said):
    with pytest.raises(ConfigError, match=said):
        load_config("conf/mal2020.yml", overrides)
