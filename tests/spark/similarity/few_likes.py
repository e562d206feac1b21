"""Likes of sixty users, before and after some changed; and what co-likes are by definition."""

from itertools import combinations

import numpy as np

from colike.config import load_config

CONFIG = load_config(
    "conf/mal2020.yml",
    [
        "similarity.tiled.keep_colikes=true",
        "similarity.min_colikes=1",
        "similarity.min_jaccard=0.0",
    ],
)
ITEMS, USERS = 30, 60


def random_likes():
    random = np.random.default_rng(3)
    sizes = random.integers(0, 9, USERS)
    return {
        user: sorted(random.choice(ITEMS, size, replace=False).tolist())
        for user, size in enumerate(sizes)
    }


LIKES = random_likes()
# A like more, one less, a user who is gone, and a new one.
CHANGED = {
    **{user: likes for user, likes in LIKES.items() if user != 3},
    1: sorted({*LIKES[1], 7, 8}),
    2: LIKES[2][1:],
    99: [0, 1, 2],
}


def by_definition(likes, least=1):
    """Pairs with likes, co-likes and jaccard, from the sets of fans."""
    fans = {}
    for user, mine in likes.items():
        for item in mine:
            fans.setdefault(item, set()).add(user)
    pairs = ((a, b, len(fans[a] & fans[b])) for a, b in combinations(sorted(fans), 2))
    return sorted(
        (a, b, len(fans[a]), len(fans[b]), both, both / len(fans[a] | fans[b]))
        for a, b, both in pairs
        if both >= least
    )
