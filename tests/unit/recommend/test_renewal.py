import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from colike.recommend.graph import NeighbourGraph
from colike.recommend.renewal import changed_owners

SIZE = 5
edges = st.lists(
    st.lists(st.tuples(st.integers(0, SIZE - 1), st.integers(0, 3)), max_size=3),
    min_size=SIZE,
    max_size=SIZE,
)


def graph_of(rows):
    owners = np.array([i for i, row in enumerate(rows) for _ in row], np.int32)
    flat = [edge for row in rows for edge in row]
    items = np.array([item for item, _ in flat], np.int32)
    return NeighbourGraph.of_edges(len(rows), owners, items, np.array([w for _, w in flat], float))


@settings(deadline=None)
@given(edges, edges, st.integers(0, SIZE))
def test_an_owner_has_changed_where_its_row_of_neighbours_is_another(before, now, then_items):
    found = changed_owners(graph_of(before[:then_items]), graph_of(now)).tolist()
    padded = before[:then_items] + [[]] * (SIZE - then_items)
    assert found == [old != new for old, new in zip(padded, now, strict=True)]
