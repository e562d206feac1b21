"""Source ranker through its jobs: what is learnt, and lists from it."""

import sys

import pytest
from pyspark.sql import functions as F

from colike import columns as C
from colike.config import load_config
from colike.data.history import train_opinions
from colike.data.splits import validation_ratings
from colike.recommend.held import HeldRatings
from colike.similarity.margins import opinion_margins

QUICK = ("rated.rounds=10", "rated.depth=3", "worth.rounds=10", "worth.depth=2", "folds=2")
OVERRIDES = (
    "recommend.sources=[ease,ranker]",
    "recommend.histories=[known]",
    "publish.gate=off",
    "evaluate.baseline=ease",
    "sources.ease.regularization=20",
    *(f"sources.ranker.{setting}" for setting in QUICK),
)
TABLES = ("items", "user_history", "item_similarity", "ratings")


@pytest.fixture(scope="module")
def config():
    return load_config("conf/mal2020.yml", OVERRIDES)


@pytest.fixture(scope="module")
def frames(tiny_store):
    return {table: tiny_store.read(table) for table in TABLES}


@pytest.fixture(scope="module")
def job(frames, config, run_stage):
    return run_stage("neighbours", config, frames)


@pytest.fixture(scope="module")
def learnt(job, written):
    """Features and trees by part."""
    rows = written(job, "rankers").collect()
    return {row[C.PART]: (row[C.FEATURES], row[C.TREES]) for row in rows}


def lists_of(frames, config, run_stage, written):
    """Rows of the ranker's lists, and of ease's, by user."""
    outputs = run_stage("recommend", config, frames)
    found = {"ease": {}, "ranker": {}}
    for row in written(outputs, "recommendations").orderBy(C.USER_ID, C.RANK).collect():
        found[row[C.SOURCE]].setdefault(row[C.USER_ID], []).append(row)
    return found


@pytest.fixture(scope="module")
def scored(frames, job, written):
    """The tables that lists are made from."""
    made = {table: written(job, table).cache() for table in ("item_neighbours", "rankers")}
    return {**frames, **made}


@pytest.fixture(scope="module")
def lists(scored, config, run_stage, written):
    return lists_of(scored, config, run_stage, written)


def test_without_text_the_candidates_are_eases_and_jaccard_describes_them(job, learnt):
    assert set(learnt) == {"rated", "worth"}
    features = learnt["rated"][0]
    assert features == learnt["worth"][0]
    assert {"score", "ease: likes", "jaccard: likes", "jaccard, nearest: passives"} <= {*features}
    assert not [name for name in features if name.startswith("base")]
    assert {"ranker.recall.ease", "ranker.nps.ease", "ranker.recall"} <= {*job.figures}
    shares = [job.figures[f"ranker.rated.{name}"][0] for name in features]
    assert sum(shares) == pytest.approx(1)


def test_its_neighbours_are_those_that_candidates_come_from(job, written):
    rows = written(job, "item_neighbours").drop(C.RUN_ID).cache()
    ease, own = (rows.where(F.col(C.SOURCE) == name).drop(C.SOURCE) for name in ("ease", "ranker"))
    assert own.count() == ease.count() > 100
    assert own.exceptAll(ease).isEmpty()


def test_what_is_learnt_depends_neither_on_partitions_nor_on_test_ratings(
    frames, config, learnt, run_stage, written
):
    nothing = F.array().cast("array<int>")
    others = {f"{opinion}_test": nothing for opinion in ("likes", "passives", "detractors")}
    turned = F.when(F.col(C.SPLIT) == "test", 11 - F.col(C.RATING)).otherwise(F.col(C.RATING))
    poisoned = {
        **frames,
        "user_history": frames["user_history"].withColumns(others),
        "ratings": frames["ratings"].withColumn(C.RATING, turned.cast("float")),
    }
    parted = {name: frame.repartition(5, F.rand(3)) for name, frame in poisoned.items()}
    rows = written(run_stage("neighbours", config, parted), "rankers").collect()
    assert {row[C.PART]: (row[C.FEATURES], row[C.TREES]) for row in rows} == learnt


def test_lists_do_not_depend_on_partitions(scored, config, lists, run_stage, written):
    parted = {**scored, "user_history": scored["user_history"].repartition(5, F.rand(3))}
    assert lists_of(parted, config, run_stage, written) == lists


def test_lists_are_complete_by_falling_worth_with_the_reasons_of_the_candidates(
    lists, frames, scored
):
    seen = {row[C.USER_ID]: {*row["likes_train"], *row["likes_validation"],
                             *row["passives_train"], *row["passives_validation"],
                             *row["detractors_train"], *row["detractors_validation"]}
            for row in frames["user_history"].collect()}  # fmt: skip
    number = dict(frames["items"].select(C.ITEM_ID, C.ITEM_IDX).collect())
    ease = scored["item_neighbours"].where("source = 'ease'").collect()
    weight = {(row[C.ITEM_ID], row[C.NEIGHBOUR_ID]): row[C.WEIGHT] for row in ease}
    worth, reasons = {1.0, 0.4, 0.1}, 0
    assert set(lists["ranker"]) == set(seen)
    assert lists["ranker"] != lists["ease"]
    for user, rows in lists["ranker"].items():
        assert [row[C.RANK] for row in rows] == list(range(1, 11))
        assert not {number[row[C.ITEM_ID]] for row in rows} & seen[user]
        ranked = [row[C.SCORE] for row in rows if not row[C.FALLBACK]]
        assert ranked == sorted(ranked, reverse=True)
        for row in rows:
            for item, part in row[C.BECAUSE]:
                of_opinion = part / weight[item, row[C.ITEM_ID]]
                assert min(abs(of_opinion - one) for one in worth) < 1e-5
                reasons += 1
    assert reasons > 100


def test_without_xgboost_the_other_sources_are_found_and_a_note_says_why(
    frames, config, run_stage, written, monkeypatch
):
    monkeypatch.setitem(sys.modules, "xgboost", None)
    outputs = run_stage("neighbours", config, frames)
    (note,) = [note for note in outputs.notes if "ranker" in note]
    assert "pip install 'colike[ranker]'" in note
    assert written(outputs, "rankers").count() == 0
    found = written(outputs, "item_neighbours").select(C.SOURCE).distinct().collect()
    assert {row[0] for row in found} == {"jaccard", "ease"}


def test_without_validation_ratings_there_is_no_ranker_and_a_note_says_so(
    frames, config, run_stage, written
):
    train = {**frames, "ratings": frames["ratings"].where("split = 'train'")}
    outputs = run_stage("neighbours", config, train)
    assert [note for note in outputs.notes if "validation rating" in note]
    assert written(outputs, "rankers").count() == 0


def test_held_ratings_are_the_validation_ratings_of_the_first_users_by_hash(frames):
    history, items = frames["user_history"], frames["items"]
    ratings = validation_ratings(frames["ratings"])
    held = HeldRatings.collect(history, ratings, items, 10_000)
    few = HeldRatings.collect(history, ratings, items, 7)
    assert len(few) == 7 < len(held)
    assert few.items.tolist() == held.items[: few.indptr[-1]].tolist()
    known = ratings.join(items, on=C.ITEM_ID).select(C.ITEM_IDX, C.RATING).collect()
    pairs = {(row[0], row[1]) for row in known}
    assert set(zip(held.items.tolist(), held.ratings.tolist(), strict=True)) <= pairs
    of_first = held.items[: held.indptr[1]]
    assert held.of(of_first[None, :]).tolist() == [held.ratings[: held.indptr[1]].tolist()]


def test_opinions_of_an_item_are_counted_from_train(frames):
    history = frames["user_history"]
    counts = opinion_margins(train_opinions(history), frames["items"].count())
    expected = counts * 0
    for row in history.collect():
        for place, name in enumerate(("likes_train", "passives_train", "detractors_train")):
            expected[place, row[name]] += 1
    assert (counts == expected).all()
    assert counts.sum(axis=1).min() > 0
