"""Graphs are added up, turned round and ranked as dictionaries of edges are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from colike.recommend.graph import NeighbourGraph

SIZE = 6
items = st.integers(0, SIZE - 1)
edges = st.dictionaries(st.tuples(items, items), st.integers(-8, 8).map(lambda n: n / 8))


def graph_of(edges):
    ordered = sorted(edges.items(), key=lambda edge: (edge[0][0], -edge[1], edge[0][1]))
    owners, others = (np.array([e[0][side] for e in ordered], np.int32) for side in (0, 1))
    return NeighbourGraph.of_edges(
        SIZE, owners, others, np.array([e[1] for e in ordered], np.float64)
    )


def edges_of(graph):
    found = zip(graph.owners.tolist(), graph.items.tolist(), graph.weights.tolist(), strict=True)
    return {(owner, item): weight for owner, item, weight in found}


@settings(deadline=None)
@given(edges, edges)
def test_the_sum_has_the_edges_of_both_with_shared_weights_added_up(one, other):
    both = {key: one.get(key, 0) + other.get(key, 0) for key in {*one, *other}}
    made = graph_of(one).plus(graph_of(other))
    assert edges_of(made) == both
    assert (np.diff(made.owners) >= 0).all()


@settings(deadline=None)
@given(edges)
def test_turned_round_each_edge_leads_back(one):
    turned = graph_of(one).turned()
    assert edges_of(turned) == {(item, owner): weight for (owner, item), weight in one.items()}


@settings(deadline=None)
@given(edges, st.permutations(range(SIZE)))
def test_as_edges_they_are_by_size_then_by_id(one, order):
    made = graph_of(one).as_edges(np.array(order, np.int32))
    found = zip(made.owners.tolist(), made.items.tolist(), made.weights.tolist(), strict=True)
    rows = [((owner, item), weight) for owner, item, weight in found]
    assert dict(rows) == {key: weight for key, weight in one.items() if weight}
    keys = [(key[0], -abs(weight), order[key[1]]) for key, weight in rows]
    assert keys == sorted(keys)


def test_weights_are_weighed_by_the_item_that_they_lead_to():
    made = graph_of({(0, 1): 0.5, (2, 1): -0.25, (1, 2): 1.0}).weighed(np.arange(SIZE) * 2.0)
    assert edges_of(made) == pytest.approx({(0, 1): 1.0, (2, 1): -0.5, (1, 2): 4.0})
