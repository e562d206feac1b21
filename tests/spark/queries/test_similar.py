"""The neighbours of an item, by id or title."""

import pytest

from colike import columns as C
from colike.errors import ConfigError, LookupFailedError
from colike.queries.similar import CHOICES, find_item, neighbours_of

SOURCES = ("ease", "jaccard")


@pytest.fixture(scope="module")
def item(tiny_store):
    """An item that has neighbours."""
    with_neighbours = tiny_store.read("item_neighbours").select(C.ITEM_ID).distinct()
    items = tiny_store.read("items").join(with_neighbours, C.ITEM_ID, "left_semi")
    return items.orderBy(C.ITEM_ID).select(C.ITEM_ID, C.TITLE).first()


def test_an_item_is_found_by_its_id_and_by_its_title_in_any_case(tiny_store, item):
    assert find_item(tiny_store, tiny_store.ids, str(item[C.ITEM_ID])) == item
    assert find_item(tiny_store, tiny_store.ids, item[C.TITLE].upper()) == item


def test_an_ambiguous_title_lists_the_choices_by_id(tiny_store):
    with pytest.raises(LookupFailedError, match=r"choose one by its id: .*; and more") as raised:
        find_item(tiny_store, tiny_store.ids, "e")
    assert str(raised.value).count(";") == CHOICES


def test_an_item_that_is_not_there_is_an_error_that_says_how_to_search(tiny_store):
    with pytest.raises(LookupFailedError, match="No item has the id or title 'no such title'"):
        find_item(tiny_store, tiny_store.ids, "no such title")


def test_neighbours_have_their_titles_and_are_ranked_from_one(tiny_store, item):
    everything = neighbours_of(tiny_store, item[C.ITEM_ID], 4, None)
    titles = dict(tiny_store.read("items").select(C.ITEM_ID, C.TITLE).collect())
    for source in SOURCES:
        rows = [row for row in everything if row[C.SOURCE] == source]
        assert [row[C.RANK] for row in rows] == list(range(1, len(rows) + 1))
        assert 0 < len(rows) <= 4
        weights = [row[C.WEIGHT] for row in rows]
        assert weights == sorted(weights, reverse=True)
        assert weights[-1] > 0, "what speaks against each other is not alike"
        assert all(row[C.TITLE] == titles[row[C.NEIGHBOUR_ID]] for row in rows)
        assert item[C.ITEM_ID] not in {row[C.NEIGHBOUR_ID] for row in rows}
        assert neighbours_of(tiny_store, item[C.ITEM_ID], 4, source) == rows


def test_a_source_without_neighbours_is_refused_with_those_that_have_some(tiny_store, item):
    with pytest.raises(ConfigError, match=r"'popularity' keeps no neighbours .*: ease, jaccard"):
        neighbours_of(tiny_store, item[C.ITEM_ID], 4, "popularity")
