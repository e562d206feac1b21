"""Source als: item factors fitted by MLlib on train likes, and users folded in on them."""

import numpy as np
import pytest
from pyspark.ml.recommendation import ALS
from pyspark.sql import functions as F

from colike import columns as C
from colike.config import load_config
from colike.data.splits import TrainLikes, train_likes
from colike.neighbours.als import LIKE, NUMBER, fitted_factors, numbered
from colike.recommend.catalogue import collect_catalogue
from colike.recommend.factors import FactorScorer

DIALS = ("sources.als.rank=8", "sources.als.iterations=4")
CONFIG = load_config("conf/mal2020.yml", [*DIALS, "recommend.sources=[popularity,jaccard,als]"])
TABLES = ("items", "user_history", "item_similarity")
# Sums in another order move scores, which are about 0 to 1, by no more than this.
TOLERANCE = 1e-3


@pytest.fixture(scope="module")
def frames(tiny_store):
    return {table: tiny_store.read(table) for table in TABLES}


@pytest.fixture(scope="module")
def outputs(frames, run_stage):
    return run_stage("neighbours", CONFIG, frames)


@pytest.fixture(scope="module")
def likes(frames):
    return train_likes(frames["user_history"])


def dense(rows, size):
    made = np.zeros((size, CONFIG.sources.als.rank))
    for row in rows:
        made[row[0]] = row[1]
    return made


def test_every_item_with_a_train_like_has_factors_and_others_have_none(outputs, written, frames):
    rows = written(outputs, "item_factors").collect()
    liked = {item for row in frames["user_history"].collect() for item in row["likes_train"]}
    ids = dict(frames["items"].select(C.ITEM_IDX, C.ITEM_ID).collect())
    assert {row[C.ITEM_ID] for row in rows} == {ids[item] for item in liked}
    assert {row[C.SOURCE] for row in rows} == {"als"}
    assert {len(row[C.FACTORS]) for row in rows} == {8}
    nearest = written(outputs, "item_neighbours").where("source = 'als'")
    assert nearest.where("weight > 1.000001 or weight < -1.000001").isEmpty()
    assert nearest.select(C.ITEM_ID).distinct().count() == len(liked)


def test_a_run_that_does_not_ask_for_it_fits_nothing(frames, run_stage):
    config = load_config("conf/mal2020.yml", [*DIALS, "recommend.sources=[popularity,jaccard]"])
    outputs = run_stage("neighbours", config, frames)
    (write,) = [one for one in outputs.writes if one.table == "item_factors"]
    assert write.how == "trim"
    assert not [name for name in outputs.figures if name.startswith("als")]


def test_users_have_a_number_each_on_any_partitioning(likes):
    wanted = {(row[NUMBER], *row[C.LIKES]) for row in numbered(TrainLikes(likes)).collect()}
    again = {
        (row[NUMBER], *row[C.LIKES]) for row in numbered(TrainLikes(likes.repartition(5))).collect()
    }
    assert again == wanted
    assert (
        len({number for number, *_ in wanted})
        == len(wanted)
        == likes.where("size(likes) > 0").count()
    )


def test_factors_differ_by_rounding_between_partitionings_and_fold_in_mllibs_users(
    likes, frames, outputs, written
):
    settings, size = CONFIG.sources.als, frames["items"].count()
    users = numbered(TrainLikes(likes)).cache()
    rows = users.select(NUMBER, F.explode(C.LIKES).alias(C.ITEM_IDX), F.lit(1.0).alias(LIKE))
    model = ALS(
        userCol=NUMBER, itemCol=C.ITEM_IDX, ratingCol=LIKE, implicitPrefs=True,
        rank=settings.rank, regParam=settings.regularization, alpha=settings.alpha,
        maxIter=settings.iterations, seed=settings.seed,
    ).fit(rows)  # fmt: skip
    factors = dense(model.itemFactors.collect(), size).astype(np.float32)
    catalogue = collect_catalogue(frames["items"], likes)
    scorer = FactorScorer(
        catalogue, factors, factors.any(axis=1), settings.alpha, settings.regularization, 10, 10
    )
    theirs = {row[0]: np.array(row[1]) for row in model.userFactors.collect()}
    folded = {
        row[NUMBER]: scorer.folded(np.array(row[C.LIKES], np.int32)).vector
        for row in users.collect()
    }
    assert set(folded) == set(theirs)
    mine = np.stack([folded[number] for number in sorted(folded)])
    mllibs = np.stack([theirs[number] for number in sorted(folded)])
    assert mine == pytest.approx(mllibs, abs=TOLERANCE)
    other = fitted_factors(TrainLikes(likes.repartition(5)), settings)
    again = dense(other.collect(), size)
    assert mine @ again.T == pytest.approx(mine @ factors.T, abs=TOLERANCE)


def test_lists_are_made_by_every_history_from_the_likes_in_it(outputs, frames, run_stage, written):
    tables = {
        **frames,
        "item_neighbours": written(outputs, "item_neighbours"),
        "item_factors": written(outputs, "item_factors"),
    }
    rows = written(run_stage("recommend", CONFIG, tables), "recommendations")
    lists = {}
    for row in rows.where("source = 'als'").collect():
        lists.setdefault((row[C.HISTORY], row[C.USER_ID]), []).append(row)
    history = {row[C.USER_ID]: row for row in frames["user_history"].collect()}
    ids = dict(frames["items"].select(C.ITEM_IDX, C.ITEM_ID).collect())
    assert {name for name, _ in lists} == {"train", "known", "all"}
    for (name, user), mine in lists.items():
        likes = {ids[item] for item in history[user]["likes_train"]}
        if name != "train":
            likes |= {ids[item] for item in history[user]["likes_validation"]}
        if name == "all":
            likes |= {ids[item] for item in history[user]["likes_test"]}
        assert len(mine) == 10
        assert {reason[C.ITEM_ID] for row in mine for reason in row[C.BECAUSE]} <= likes
        # Only who likes nothing gets the popular list.
        assert {row[C.FALLBACK] for row in mine} == {not likes}
