"""Items that nobody has rated yet: kept out of the ratings, then found by their texts alone."""

import hashlib
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from colike.training.nearest import nearest
from colike.training.validation import ValidationUsers, recalls

RATINGS = "rating_complete.csv"
LIKE, SHARE = 9, 0.1
# Values of neighbours_per_item that are tried.
DEPTHS = (1, 3, 5, 10, 20, 50)


def unseen_titles(ratings: pd.DataFrame) -> set[int]:
    """Return the ids of a SHARE of the liked items, chosen by hash."""
    liked = ratings.loc[ratings["rating"] >= LIKE, "anime_id"].unique()
    return {int(title) for title in liked if _below(int(title))}


def without_unseen(data: Path, out: Path) -> Path:
    """Return a folder with the files of `data`, but without ratings of unseen items."""
    if (out / RATINGS).exists():
        return out
    shutil.copytree(data, out, ignore=shutil.ignore_patterns(RATINGS), dirs_exist_ok=True)
    ratings = pd.read_csv(data / RATINGS)
    kept = ratings[~ratings["anime_id"].isin(unseen_titles(ratings))]
    partial = out / f"{RATINGS}.partial"
    kept.to_csv(partial, index=False)
    partial.rename(out / RATINGS)
    return out


def users_of(ratings: pd.DataFrame, unseen: set[int], titles: NDArray[np.int64]) -> ValidationUsers:
    """Return the users who like both an unseen item and another one, as rows of `titles` (ids).

    Their lists start from the other items, and are to find the unseen ones.
    """
    likes = ratings[(ratings["rating"] >= LIKE) & ratings["anime_id"].isin(titles)]
    order = np.argsort(titles)
    rows = order[np.searchsorted(titles, likes["anime_id"], sorter=order)].astype(np.int32)
    is_unseen = likes["anime_id"].isin(unseen).to_numpy()
    known, held = [], []
    for places in likes.groupby("user_id", sort=True).indices.values():
        wanted, mine = rows[places][is_unseen[places]], rows[places][~is_unseen[places]]
        if len(wanted) and len(mine):
            known.append(mine)
            held.append(wanted)
    return ValidationUsers(known, known, held)


def recall_by_depth(
    vectors: NDArray[np.float32], users: ValidationUsers, candidates: NDArray[np.int32]
) -> NDArray[np.float64]:
    """Return each user's recall among the candidates: shape (users, DEPTHS).

    Args:
        vectors: Unit vectors, a row per item.
        users: Rows of their likes.
        candidates: Rows that may be listed.
    """
    return recalls(*nearest(vectors, max(DEPTHS), among=candidates), users, DEPTHS)


def _below(title: int) -> bool:
    digest = hashlib.sha256(f"unseen {title}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < SHARE * 2**64
