"""The form of the three MAL 2020 files: names, headers and the words they use."""

from typing import Final

ITEMS_FILE: Final = "anime.csv"
SYNOPSES_FILE: Final = "anime_with_synopsis.csv"
RATINGS_FILE: Final = "rating_complete.csv"

UNKNOWN: Final = "Unknown"

ITEMS_HEADER: Final = (
    "MAL_ID",
    "Name",
    "Score",
    "Genres",
    "English name",
    "Japanese name",
    "Type",
    "Episodes",
    "Aired",
    "Premiered",
    "Producers",
    "Licensors",
    "Studios",
    "Source",
    "Duration",
    "Rating",
    "Ranked",
    "Popularity",
    "Members",
    "Favorites",
    "Watching",
    "Completed",
    "On-Hold",
    "Dropped",
    "Plan to Watch",
    "Score-10",
    "Score-9",
    "Score-8",
    "Score-7",
    "Score-6",
    "Score-5",
    "Score-4",
    "Score-3",
    "Score-2",
    "Score-1",
)
# "sypnopsis" is how the Kaggle file spells it.
SYNOPSES_HEADER: Final = ("MAL_ID", "Name", "Score", "Genres", "sypnopsis")
RATINGS_HEADER: Final = ("user_id", "anime_id", "rating")
