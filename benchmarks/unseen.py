"""Titles that nobody has rated yet: kept out of the ratings, then found by their texts alone."""

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

RATINGS = "rating_complete.csv"
LIKE, SHARE = 9, 0.1
# Neighbours per liked title that are tried.
DEPTHS = (1, 3, 5, 10, 20, 50)
LISTED = 10


@dataclass(frozen=True)
class Users:
    """Per user the likes to start from and the likes to find: rows of the vectors."""

    likes: list[NDArray[np.int64]]
    held: list[NDArray[np.int64]]


def unseen_titles(ratings: pd.DataFrame) -> set[int]:
    """Return the ids of SHARE of the liked titles, chosen by hash."""
    liked = ratings.loc[ratings["rating"] >= LIKE, "anime_id"].unique()
    return {int(title) for title in liked if _below(int(title))}


def without_unseen(data: Path, out: Path) -> Path:
    """Return a folder with the files of `data`, but no rating of an unseen title."""
    if (out / RATINGS).exists():
        return out
    shutil.copytree(data, out, ignore=shutil.ignore_patterns(RATINGS), dirs_exist_ok=True)
    ratings = pd.read_csv(data / RATINGS)
    kept = ratings[~ratings["anime_id"].isin(unseen_titles(ratings))]
    partial = out / f"{RATINGS}.partial"
    kept.to_csv(partial, index=False)
    partial.rename(out / RATINGS)
    return out


def users_of(ratings: pd.DataFrame, titles: NDArray[np.int64]) -> Users:
    """Return the users who like both an unseen title and another, with rows of `titles`."""
    likes = ratings[(ratings["rating"] >= LIKE) & ratings["anime_id"].isin(titles)]
    order = np.argsort(titles)
    rows = order[np.searchsorted(titles, likes["anime_id"], sorter=order)]
    is_unseen = likes["anime_id"].isin(unseen_titles(ratings)).to_numpy()
    users = Users([], [])
    for places in likes.groupby("user_id", sort=True).indices.values():
        held, mine = rows[places][is_unseen[places]], rows[places][~is_unseen[places]]
        if len(held) and len(mine):
            users.likes.append(mine)
            users.held.append(held)
    return users


def recall_by_depth(
    vectors: NDArray[np.float32], users: Users, candidates: NDArray[np.int64]
) -> list[NDArray[np.float64]]:
    """Return, for each of DEPTHS, each user's share of held likes among the first LISTED.

    A candidate's score is the sum of its cosines over the liked titles that have it among their
    nearest candidates; a user's own other likes are not listed.

    Args:
        vectors: Unit vectors, a row per title.
        users: Rows of their likes.
        candidates: Rows that may be listed.
    """
    sources = np.unique(np.concatenate(users.likes))
    nearest, cosines = _nearest(vectors, sources, candidates, max(DEPTHS))
    recalls = np.zeros((len(DEPTHS), len(users.held)))
    for number, (likes, held) in enumerate(zip(users.likes, users.held, strict=True)):
        mine = np.searchsorted(sources, likes)
        for place, depth in enumerate(DEPTHS):
            found, weights = nearest[mine, :depth].ravel(), cosines[mine, :depth].ravel()
            scores = np.bincount(found, weights.astype(np.float64), len(vectors))
            scores[likes] = 0.0
            listed = np.argsort(-scores, kind="stable")[:LISTED]
            recalls[place, number] = np.isin(held, listed[scores[listed] > 0]).mean()
    return list(recalls)


def _nearest(
    vectors: NDArray[np.float32],
    sources: NDArray[np.int64],
    candidates: NDArray[np.int64],
    depth: int,
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Rows of the nearest candidates of each source, best first, and their cosines."""
    found, values = [], []
    for part in np.array_split(sources, max(1, len(sources) // 1024)):
        cosines = vectors[part] @ vectors[candidates].T
        cosines[part[:, None] == candidates[None, :]] = -np.inf
        top = np.argpartition(-cosines, depth - 1, axis=1)[:, :depth]
        order = np.argsort(-np.take_along_axis(cosines, top, axis=1), axis=1, kind="stable")
        top = np.take_along_axis(top, order, axis=1)
        found.append(candidates[top])
        values.append(np.take_along_axis(cosines, top, axis=1))
    return np.concatenate(found), np.concatenate(values)


def _below(title: int) -> bool:
    digest = hashlib.sha256(f"unseen {title}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < SHARE * 2**64
