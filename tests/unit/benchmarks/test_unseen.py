import numpy as np
import pandas as pd
import pytest
from benchmarks.unseen import (
    DEPTHS,
    RATINGS,
    recall_by_depth,
    unseen_titles,
    users_of,
    without_unseen,
)

from colike.training.validation import K, ValidationUsers


def many_ratings(titles=300, users=20):
    rng = np.random.default_rng(3)
    rows = [(user, title, rng.integers(5, 11)) for user in range(users) for title in range(titles)]
    return pd.DataFrame(rows, columns=["user_id", "anime_id", "rating"])


def test_a_tenth_of_the_titles_is_unseen_and_stays_out_of_the_files(tmp_path):
    ratings = many_ratings()
    unseen = unseen_titles(ratings)
    assert 10 < len(unseen) < 50
    (tmp_path / "data").mkdir()
    ratings.to_csv(tmp_path / "data" / RATINGS, index=False)
    (tmp_path / "data" / "anime.csv").write_text("items")
    out = without_unseen(tmp_path / "data", tmp_path / "out")
    kept = pd.read_csv(out / RATINGS)
    assert set(kept["anime_id"]) == set(range(300)) - unseen
    assert (out / "anime.csv").read_text() == "items"


def test_users_start_from_seen_likes_and_look_for_unseen_ones():
    ratings = many_ratings()
    unseen = unseen_titles(ratings)
    titles = np.random.default_rng(1).permutation(300)
    users = users_of(ratings, unseen, titles)
    liked = ratings[ratings["rating"] >= 9].groupby("user_id")["anime_id"].agg(set)
    assert len(users.held) == sum(bool(likes & unseen) for likes in liked)
    first = next(likes for likes in liked if likes & unseen)
    assert {*titles[users.held[0]].tolist()} == first & unseen
    assert {*titles[users.likes[0]].tolist()} == first - unseen


def test_recall_ranks_candidates_by_the_cosines_of_the_likes_that_are_near_them():
    rng = np.random.default_rng(2)
    vectors = rng.normal(size=(80, 6)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    candidates = np.arange(20, 75, dtype=np.int32)
    likes, held = [np.arange(5), np.array([3, 9, 15])], [np.array([30, 40]), np.array([50, 70])]
    found = recall_by_depth(vectors, ValidationUsers(likes, likes, held), candidates)
    for depth, recalls in zip(DEPTHS, found.T, strict=True):
        for mine, wanted, recall in zip(likes, held, recalls, strict=True):
            scores = {}
            for like in mine:
                cosines = vectors[candidates] @ vectors[like]
                for place in np.argsort(-cosines)[:depth]:
                    title = candidates[place]
                    scores[title] = scores.get(title, 0) + float(cosines[place])
            listed = sorted((t for t in scores if scores[t] > 0), key=lambda t: -scores[t])[:K]
            assert recall == pytest.approx(np.isin(wanted, listed).mean())
