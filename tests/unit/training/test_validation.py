import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch

from colike.training.validation import (
    NEIGHBOURS_PER_ITEM,
    Best,
    K,
    ValidationUsers,
    liked_items,
    recall_of_neighbours,
)

pytestmark = pytest.mark.torch


def random_world(items=40, users=30):
    rng = np.random.default_rng(4)
    vectors = rng.normal(size=(items, 5)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    lists = [rng.permutation(items) for _ in range(users)]
    likes = [one[:4].astype(np.int32) for one in lists]
    seen = [one[:6].astype(np.int32) for one in lists]
    held = [np.append(one[6:9], -1).astype(np.int32) for one in lists]
    return vectors, ValidationUsers(likes, seen, held)


def by_definition(vectors, users, neighbours_per_item):
    """Recall by loops over items: each liked item gives its nearest their cosines."""
    cosines = vectors @ vectors.T
    recalls = []
    for likes, seen, held in zip(users.likes, users.seen, users.held, strict=True):
        scores = {}
        for liked in likes:
            others = [item for item in np.argsort(-cosines[liked]) if item != liked]
            for item in others[:neighbours_per_item]:
                scores[item] = scores.get(item, 0.0) + cosines[liked, item]
        fresh = [i for i in scores if i not in seen and scores[i] > 0]
        listed = sorted(fresh, key=lambda item: -scores[item])[:K]
        recalls.append(len({*listed} & {*held.tolist()}) / len(held))
    return float(np.mean(recalls))


def test_recall_is_that_of_the_best_number_of_neighbours_per_item():
    vectors, users = random_world()
    expected = [by_definition(vectors, users, number) for number in NEIGHBOURS_PER_ITEM]
    assert len({*expected}) > 1
    assert recall_of_neighbours(vectors, users) == pytest.approx(max(expected))


def test_users_are_read_with_the_rows_of_liked_items(tmp_path):
    items = pa.table({"item_idx": [9, 4, 7, 1], "likes": [3, 0, 1, 2]})
    pq.write_table(items, tmp_path / "items.parquet")
    lists = {"likes": [[1, 9]], "seen": [[1, 4, 9]], "held": [[7, 4]]}
    pq.write_table(pa.table(lists), tmp_path / "users.parquet")
    among = liked_items([tmp_path / "items.parquet"])
    assert among.tolist() == [1, 7, 9]
    users = ValidationUsers.read([tmp_path / "users.parquet"], among)
    assert users.likes[0].tolist() == [0, 2]
    assert users.seen[0].tolist() == [0, 2]
    # 4, which nobody likes in train, still counts among what should be found.
    assert users.held[0].tolist() == [1, -1]


def test_the_best_weights_are_kept_and_patience_runs_out():
    recalls = iter([0.2, 0.4, 0.3, 0.1])
    best = Best(lambda model: next(recalls), planned=4, patience=2)
    model = torch.nn.Linear(1, 1, bias=False)
    looked = []
    for step in range(1, 9):
        with torch.no_grad():
            model.weight.fill_(step)
        if best.due(step / 8):
            looked.append((step, best.look(step, step / 8, model), best.is_over))
    assert looked == [(2, 0.2, False), (4, 0.4, False), (6, 0.3, False), (8, 0.1, True)]
    assert (best.step, best.value) == (4, 0.4)
    assert best.weights["weight"].item() == 4


def test_validations_that_were_missed_are_not_caught_up():
    best = Best(lambda model: 0.5, planned=4, patience=None)
    assert not best.due(0.2)
    assert best.due(0.8)
    best.look(1, 0.8, torch.nn.Identity())
    assert not best.due(0.9)
    assert best.due(1.0)
