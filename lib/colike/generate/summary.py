"""What a generated data set holds."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class GeneratedSummary:
    """Counts and distribution facts of one generated data set.

    Attributes:
        out: the folder that the three files were written to.
        users: users, each with at least one rating.
        items: rows of `anime.csv`.
        rated_items: items with at least one rating.
        synopses: rows of `anime_with_synopsis.csv`.
        ratings: rows of `rating_complete.csv`.
        likes: ratings of 9 or 10.
        share_of_likes: likes / ratings.
        likes_per_user: likes / users.
        colike_increments: sum over users of n (n - 1) / 2 with n likes of the user.
        top_share_of_increments: part of the increments made by the 1 % of users who like most.
        tastes: number of latent tastes behind ratings and texts.
    """

    out: Path
    users: int
    items: int
    rated_items: int
    synopses: int
    ratings: int
    likes: int
    share_of_likes: float
    likes_per_user: float
    colike_increments: int
    top_share_of_increments: float
    tastes: int
