import numpy as np

from colike.recommend.graph import NeighbourGraph


def graph_of(rows):
    owners = [i for i, row in enumerate(rows) for _ in row]
    flat = [edge for row in rows for edge in row]
    return NeighbourGraph.of_edges(
        len(rows),
        np.array(owners, np.int32),
        np.array([item for item, _ in flat], np.int32),
        np.array([weight for _, weight in flat], np.float64),
    )


def rows_of(graph):
    bounds = zip(graph.indptr[:-1], graph.indptr[1:], strict=True)
    return [
        list(zip(graph.items[a:b].tolist(), graph.weights[a:b].tolist(), strict=True))
        for a, b in bounds
    ]


# Item 1 has no neighbours, and the last item neither.
ROWS = [[(1, 0.9), (2, 0.5), (3, 0.1)], [], [(0, 0.5), (3, 0.4)], []]


def test_a_graph_holds_the_edges_that_it_was_made_of():
    assert rows_of(graph_of(ROWS)) == ROWS
    assert graph_of(ROWS).owners.tolist() == [0, 0, 0, 2, 2]


def test_a_cut_graph_keeps_the_first_neighbours_of_each_item():
    for depth in range(5):
        assert rows_of(graph_of(ROWS).cut(depth)) == [row[:depth] for row in ROWS]


def test_a_graph_within_some_items_has_no_edge_from_or_to_another():
    allowed = np.array([True, True, False, True])
    assert rows_of(graph_of(ROWS).within(allowed)) == [[(1, 0.9), (3, 0.1)], [], [], []]


def test_a_graph_towards_some_items_has_every_item_and_leads_to_those_alone():
    allowed = np.array([True, True, False, False])
    assert rows_of(graph_of(ROWS).towards(allowed)) == [[(1, 0.9)], [], [(0, 0.5)], []]


def test_a_graph_at_least_of_a_weight_keeps_that_weight():
    assert rows_of(graph_of(ROWS).at_least(0.5)) == [[(1, 0.9), (2, 0.5)], [], [(0, 0.5)], []]


def test_an_empty_graph_has_every_item_and_no_edge():
    assert rows_of(NeighbourGraph.empty(3)) == [[], [], []]
