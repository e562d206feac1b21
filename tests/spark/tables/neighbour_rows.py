"""A few rows of `item_neighbours`, on which the tests of this folder try what tables do."""

TABLE = "item_neighbours"
NEIGHBOURS = "source string, item_id string, rank int, neighbour_id string, weight double"
FIRST, SECOND = ("jaccard", "a", 1, "b", 0.5), ("jaccard", "a", 2, "c", 0.25)
OTHER = ("base", "a", 1, "c", 0.9)


def neighbours(store, *rows):
    return store.spark.createDataFrame(list(rows), NEIGHBOURS)
