from collections import Counter
from dataclasses import astuple, replace

import numpy as np
import pytest

from colike.errors import SnapshotError
from colike.snapshot.manifest import open_snapshot
from colike.training.readers import open_reader
from colike.training.readers.base import KINDS, ReaderOptions, to_rows
from colike.training.readers.sampler import dealt, steps_in

OPTIONS = ReaderOptions(batch_size=32, seed=5, epochs=2)


def read(folder, name, options=OPTIONS):
    return list(open_reader(open_snapshot(folder), name, options))


def pairs_of(batches):
    return [
        (int(a), int(b))
        for batch in batches
        for a, b in zip(batch.item_a, batch.item_b, strict=True)
    ]


def same(left, right):
    return len(left) == len(right) and all(
        np.array_equal(one, other)
        for a, b in zip(left, right, strict=True)
        for one, other in zip(astuple(a), astuple(b), strict=True)
    )


@pytest.mark.parametrize(
    "options",
    [
        OPTIONS,
        replace(OPTIONS, split="heldout", epochs=1),
        replace(OPTIONS, label=1),
        # Windows smaller than a file and than an epoch, that end within row groups.
        replace(OPTIONS, window_rows=100, rank=1, world_size=3, batch_size=7),
    ],
)
def test_petastorm_and_arrow_give_equal_batches(make_snapshot, options):
    pytest.importorskip("petastorm")
    folder = make_snapshot()
    assert same(read(folder, "petastorm", options), read(folder, "arrow", options))


@pytest.mark.parametrize("window_rows", [100, 1 << 20])
def test_every_epoch_gives_every_train_pair_once(make_snapshot, window_rows):
    batches = read(make_snapshot(), "arrow", replace(OPTIONS, window_rows=window_rows))
    train_pairs = 5 * 36 * 2
    pairs = pairs_of(batches)
    assert len(set(pairs[:train_pairs])) == len(set(pairs[train_pairs:])) == train_pairs
    assert pairs[:train_pairs] != pairs[train_pairs:]
    # 720 pairs in batches of 32: 22 full ones and one of 16.
    assert [len(batch) for batch in batches] == [32] * 22 + [16]
    assert len(batches) == steps_in(train_pairs, 2, 32, 1)


def test_the_seed_alone_decides_the_order(make_snapshot):
    folder = make_snapshot()
    first = read(folder, "arrow")
    assert same(first, read(folder, "arrow"))
    assert pairs_of(first) != pairs_of(read(folder, "arrow", replace(OPTIONS, seed=6)))


def test_processes_share_the_pairs_out_without_overlap(make_snapshot):
    folder = make_snapshot()
    alone = pairs_of(read(folder, "arrow"))
    shares = [read(folder, "arrow", replace(OPTIONS, rank=rank, world_size=3)) for rank in range(3)]
    assert Counter(alone) == Counter(pair for share in shares for pair in pairs_of(share))
    assert {len(share) for share in shares} == {steps_in(360, 2, 32, 3)}


def test_rows_too_few_to_go_round_are_left_out_at_the_end():
    # Two processes, batches of 2: 4 + 4, and the ninth row is alone.
    rows = [np.arange(5), np.arange(5, 9)]
    assert [list(batch) for batch in dealt(rows, 2, 0, 2)] == [[0, 2], [4, 6]]
    assert [list(batch) for batch in dealt(rows, 2, 1, 2)] == [[1, 3], [5, 7]]


def test_numbers_are_read_as_written(make_snapshot):
    pairs = [
        pair
        for batch in read(make_snapshot(), "arrow")
        for pair in zip(*astuple(batch), strict=False)
    ]
    for _, _, label, jaccard, kind in pairs:
        assert (label == 1) == (KINDS[kind] == "positive")
        # A negative without co-likes has a null Jaccard, which counts as 0.
        assert 0.2 <= jaccard <= 0.4 if label else jaccard == 0


def test_a_kind_that_is_not_known_is_refused():
    row = {"item_a": [1], "item_b": [2], "label": [0], "jaccard": [0.0], "kind": ["odd"]}
    table = {name: np.array(values) for name, values in {**row, "split": ["train"]}.items()}
    with pytest.raises(SnapshotError, match="kind='odd' is not one of positive"):
        to_rows(table)
