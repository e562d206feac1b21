import csv
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from colike.errors import ConfigError
from colike.generate import GeneratedSummary, generate
from colike.generate.form import (
    ITEMS_FILE,
    ITEMS_HEADER,
    RATINGS_FILE,
    RATINGS_HEADER,
    SYNOPSES_FILE,
    SYNOPSES_HEADER,
    UNKNOWN,
)
from colike.generate.ratings import CHUNK_RATINGS, RatingsWriter, chunk_bounds
from colike.generate.shape import RATING_SHARES, activity
from colike.generate.world import make_world

FILES = (ITEMS_FILE, SYNOPSES_FILE, RATINGS_FILE)
# Small enough for seconds, large enough for all 32 tastes.
USERS, ITEMS, RATINGS = 2_000, 1_000, 140_000


@dataclass(frozen=True)
class Made:
    out: Path
    summary: GeneratedSummary
    ratings: pd.DataFrame
    items: pd.DataFrame
    synopses: pd.DataFrame


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    out = tmp_path_factory.mktemp("generated")
    summary = generate(users=USERS, items=ITEMS, ratings=RATINGS, seed=7, out=out)
    ratings, items, synopses = (
        pd.read_csv(out / name, keep_default_na=False)
        for name in (RATINGS_FILE, ITEMS_FILE, SYNOPSES_FILE)
    )
    return Made(out, summary, ratings, items, synopses)


def hashes(out):
    return [hashlib.sha256((out / name).read_bytes()).hexdigest() for name in FILES]


def matrix(made, rows, at_least):
    """0/1 float32[users, items] of the given ratings that reach at_least."""
    chosen = rows[rows.rating >= at_least]
    out = np.zeros((USERS, ITEMS), dtype=np.float32)
    out[chosen.user_id, np.searchsorted(made.items.MAL_ID, chosen.anime_id)] = 1
    return out


def jaccards(likes):
    """Jaccard of all pairs of items and, beside it, how many like each; 0 on the diagonal."""
    colikes = likes.T @ likes
    margins = np.diag(colikes).copy()
    jaccard = colikes / np.maximum(margins[:, None] + margins[None, :] - colikes, 1)
    np.fill_diagonal(jaccard, 0)
    return jaccard, margins


# Form -------------------------------------------------------------------------------------------


def test_headers_are_those_of_the_mal_2020_files(made):
    first_lines = [(made.out / name).open(encoding="utf-8").readline() for name in FILES]

    headers = (ITEMS_HEADER, SYNOPSES_HEADER, RATINGS_HEADER)
    assert first_lines == [",".join(header) + "\n" for header in headers]
    assert len(ITEMS_HEADER) == 35


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "header"),
    [
        (ITEMS_FILE, ITEMS_HEADER),
        (SYNOPSES_FILE, SYNOPSES_HEADER),
        (RATINGS_FILE, RATINGS_HEADER),
    ],
)
def test_headers_equal_the_real_ones(name, header):
    near = Path(__file__).parents[4] / "shared" / "data" / "mal2020"
    real = Path(os.environ.get("COLIKE_MAL_DIR", near)) / name
    if not real.exists():
        pytest.skip("the real MyAnimeList files are not here")
    with real.open(encoding="utf-8", newline="") as file:
        assert tuple(next(csv.reader(file))) == header


def test_counts_are_exactly_those_asked_for(made):
    assert len(made.ratings) == RATINGS == made.summary.ratings
    assert len(made.items) == ITEMS == made.items.MAL_ID.nunique() == made.items.Name.nunique()
    assert made.ratings.user_id.nunique() == USERS
    assert made.ratings.anime_id.isin(made.items.MAL_ID).all()


def test_no_user_rates_a_title_twice_and_users_rows_are_together(made):
    assert not made.ratings.duplicated(["user_id", "anime_id"]).any()
    assert made.ratings.user_id.is_monotonic_increasing


def test_some_titles_have_no_rating_and_some_no_synopsis(made):
    unrated = ITEMS - made.ratings.anime_id.nunique()
    assert unrated / ITEMS == pytest.approx(690 / 17_562, abs=0.02)
    assert len(made.synopses) / ITEMS == pytest.approx(16_214 / 17_562, abs=0.03)
    assert made.synopses.MAL_ID.isin(made.items.MAL_ID).all()
    assert made.synopses.sypnopsis.str.startswith("No synopsis").mean() == pytest.approx(
        0.046, abs=0.025
    )


def test_missing_values_are_the_word_unknown(made):
    assert not (made.items == "").any().any()
    shares = (made.items == UNKNOWN).mean()
    for column, share in (("Premiered", 0.73), ("English name", 0.60), ("Source", 0.20)):
        assert shares[column] == pytest.approx(share, abs=0.06)


def test_score_columns_are_sums_over_the_ratings(made):
    item = made.items[made.items.Popularity == 1].iloc[0]
    values = made.ratings[made.ratings.anime_id == item.MAL_ID].rating
    assert float(item["Score-10"]) == (values == 10).sum()
    assert float(item.Score) == pytest.approx(values.mean(), abs=0.005)
    parts = ["Watching", "Completed", "On-Hold", "Dropped", "Plan to Watch"]
    assert item[parts].sum() == item.Members >= len(values)


def test_ranks_follow_the_scores(made):
    scored = made.items[made.items.Ranked != UNKNOWN]
    by_rank = scored.assign(rank=scored.Ranked.astype(float)).sort_values("rank")
    assert by_rank["rank"].tolist() == list(range(1, len(scored) + 1))
    assert by_rank.Score.astype(float).is_monotonic_decreasing


# Sameness ---------------------------------------------------------------------------------------


def test_the_same_arguments_give_the_same_bytes_and_another_seed_others(tmp_path):
    for folder, seed in (("a", 1), ("b", 1), ("c", 2)):
        generate(users=300, items=200, ratings=6_000, seed=seed, out=tmp_path / folder)

    a, b, c = (hashes(tmp_path / folder) for folder in "abc")
    assert a == b
    assert not set(a) & set(c)


def test_bytes_do_not_depend_on_the_number_of_workers(tmp_path):
    rng = np.random.default_rng(3)
    world = make_world(rng, 2_000)
    # Three chunks of ratings, so that the workers do share them.
    counts = activity(rng, 9_000, 2_000, 3 * CHUNK_RATINGS)
    assert len(chunk_bounds(counts)) - 1 >= 3
    for workers in (1, 3):
        RatingsWriter(world, 3, counts, workers).write(tmp_path / str(workers), None)

    assert (tmp_path / "1").read_bytes() == (tmp_path / "3").read_bytes()


def test_progress_ends_with_all_ratings(tmp_path):
    calls = []
    generate(50, 40, 600, 1, tmp_path, on_progress=lambda done, of: calls.append((done, of)))
    assert calls[-1] == (600, 600)


# Shape ------------------------------------------------------------------------------------------


def test_rating_values_have_the_real_shares(made):
    shares = made.ratings.rating.value_counts(normalize=True).sort_index()
    assert shares.index.tolist() == list(range(1, 11))
    assert shares.tolist() == pytest.approx(RATING_SHARES, abs=0.005)
    assert made.summary.share_of_likes == pytest.approx(0.31, abs=0.01)


def test_few_users_make_most_increments_and_few_titles_have_most_ratings(tmp_path):
    summary = generate(users=20_000, items=4_000, ratings=1_500_000, seed=5, out=tmp_path)
    assert 0.18 < summary.top_share_of_increments < 0.33  # of 1 % of the users; really 0.24

    members = pd.read_csv(tmp_path / ITEMS_FILE, usecols=["Members"]).Members
    assert members.nlargest(400).sum() / members.sum() > 0.4  # of a tenth of the titles
    assert members.median() < members.mean() / 2


@pytest.mark.parametrize(
    ("users", "items", "ratings"),
    [
        (1, 2, 1),
        (2, 2, 2),
        (3, 3, 4),
        (10, 20, 100),  # half of all pairs, the most there can be
        (500, 30, 500),  # one rating each
        (5, 3_000, 6_000),
    ],
)
def test_the_smallest_and_the_densest_sets_are_exact_too(tmp_path, users, items, ratings):
    generate(users, items, ratings, 1, tmp_path)
    rows = pd.read_csv(tmp_path / RATINGS_FILE)
    assert (len(rows), rows.user_id.nunique()) == (ratings, users)
    assert not rows.duplicated(["user_id", "anime_id"]).any()
    assert rows.rating.between(1, 10).all()


# Text and taste ---------------------------------------------------------------------------------


def test_titles_that_share_genres_are_co_liked_more(made):
    jaccard, margins = jaccards(matrix(made, made.ratings, 9))
    genres = made.items.Genres.str.get_dummies(", ").drop(columns=UNKNOWN, errors="ignore")
    shared = genres.to_numpy() @ genres.to_numpy().T
    known = (margins[:, None] >= 10) & (margins[None, :] >= 10)
    np.fill_diagonal(known, val=False)
    assert jaccard[known & (shared >= 3)].mean() > 1.8 * jaccard[known & (shared == 0)].mean()


def test_who_made_a_title_says_more_than_genres(made):
    jaccard, margins = jaccards(matrix(made, made.ratings, 9))
    texts = made.items[["MAL_ID"]].merge(made.synopses, how="left").sypnopsis.fillna("")
    words = texts.str.findall(r"(?<!^)(?<!\. )\b[A-Z]\w{3,}").map(set)
    often = words.explode().value_counts()
    # Names of people stand in many synopses, families of one taste's creators in a thirtieth.
    kept = often[(often >= 3) & (often < ITEMS / 32)].index
    has = np.array([[word in found for word in kept] for found in words], dtype=np.int64)
    shared = has @ has.T
    known = (margins[:, None] >= 10) & (margins[None, :] >= 10)
    np.fill_diagonal(known, val=False)
    assert jaccard[known & (shared >= 1)].mean() > 3 * jaccard[known & (shared == 0)].mean()


def test_sequels_are_named_after_the_first_part_and_share_its_audience(made):
    jaccard, margins = jaccards(matrix(made, made.ratings, 9))
    names = made.items.Name.tolist()
    endings = [(f"{name} ", f"{name}: The ") for name in names]
    same = np.array([[other.startswith(these) for other in names] for these in endings])
    known = (margins[:, None] >= 10) & (margins[None, :] >= 10)
    np.fill_diagonal(known, val=False)
    assert (known & same).sum() > 50
    assert jaccard[known & same].mean() > 3 * jaccard[known & ~same].mean()


def test_titles_and_synopses_are_english(made):
    assert made.items.Name.str.fullmatch(r"[A-Z][A-Za-z0-9',: -]+").all()
    written = made.synopses.sypnopsis[made.synopses.sypnopsis != ""]
    assert written.str.fullmatch(r"[A-Z][A-Za-z',. -]+\.").all()
    assert not written.str.contains(r"[{}]|\b[Aa] [aeiou]|  ").any()


def test_synopses_vary(made):
    written = made.synopses.sypnopsis[~made.synopses.sypnopsis.str.startswith("No synopsis")]
    sentences = written.str.split(". ", regex=False).explode()
    assert sentences.duplicated().mean() < 0.15


def test_co_likes_find_held_out_likes_better_than_popularity(made):
    held_out = np.random.default_rng(0).random(RATINGS) < 0.1
    train, test = made.ratings[~held_out], made.ratings[held_out]
    likes, wanted = matrix(made, train, 9), matrix(made, test, 9)
    seen = matrix(made, train, 1) > 0
    jaccard, margins = jaccards(likes)

    def recall(scores):
        top = np.argsort(-np.where(seen, -1.0, scores), axis=1, kind="stable")[:, :10]
        eligible = wanted.sum(axis=1) > 0
        found = np.take_along_axis(wanted, top, axis=1).sum(axis=1)
        return (found[eligible] / wanted.sum(axis=1)[eligible]).mean()

    assert recall(likes @ jaccard) > 2 * recall(np.tile(margins, (USERS, 1)))


# Errors -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ((10, 20, 101, 1), r"ratings=101 .* give ratings <= 100"),
        ((10, 20, 9, 1), r"ratings=9 .* give ratings >= 10"),
        ((0, 20, 9, 1), r"users=0"),
        ((10, 20, 50, -1), r"seed=-1"),
    ],
)
def test_impossible_sizes_are_refused_with_a_remedy(tmp_path, arguments, what):
    with pytest.raises(ConfigError, match=what):
        generate(*arguments, tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()
