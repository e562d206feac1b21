"""The nearest neighbours of every item, by source: exact, or from an index."""
