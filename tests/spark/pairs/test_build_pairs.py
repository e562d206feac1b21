from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import functions as F

from colike import columns as C
from colike.config import load_config
from colike.data.ids import to_ids
from colike.data.splits import train_likes
from colike.embedding.encode import Encoding
from colike.embedding.models import find_model
from colike.embedding.vectors import Embedded
from colike.pairs.build import KINDS, PairInputs, build_pairs, kinds_of
from colike.pairs.cosines import with_cosine
from colike.pairs.negatives import PLACE, popular_pairs
from colike.pairs.positives import positives
from colike.tables import IdTypes, Store

ITEMS, USERS, TASTES = 60, 240, 6
CONFIG = load_config(
    "conf/mal2020.yml",
    [
        "pairs.min_likes=12",
        "pairs.heldout_items=0.3",
        "pairs.threshold=0.12",
        "pairs.kinds=[popular, random, hard]",
    ],
)
SETTINGS = CONFIG.pairs


def random_likes():
    """Users like titles of one taste, and a few of others; the last titles are liked by few."""
    random = np.random.default_rng(11)
    users = []
    for user in range(USERS):
        taste = user % TASTES
        chance = np.where(np.arange(ITEMS) % TASTES == taste, 0.45, 0.06)
        chance[-8:] /= 12
        users.append(set(np.flatnonzero(random.random(ITEMS) < chance).tolist()))
    return users


LIKES = random_likes()
FANS = [{user for user, likes in enumerate(LIKES) if item in likes} for item in range(ITEMS)]


def jaccard(a, b):
    both, any_of = len(FANS[a] & FANS[b]), len(FANS[a] | FANS[b])
    return both / any_of if any_of else 0.0


def similarity_rows(min_jaccard=0.03):
    """item_similarity leaves pairs below a bound out, as the job's does."""
    rows = [(a, b, len(FANS[a] & FANS[b]), jaccard(a, b)) for a, b in combinations(range(ITEMS), 2)]
    return [row for row in rows if row[2] >= 2 and row[3] >= min_jaccard]


def sided(row, numbers):
    """A row of a pair with the item of the smaller number first."""
    return (*sorted(row[:2], key=lambda item: numbers[item]), *row[2:])


def inputs_of(spark, parts=2, numbers=tuple(range(ITEMS))):
    """What pairs are made from; item `at`, whose id is 1000 + at, has item_idx `numbers[at]`."""
    random = np.random.default_rng(12)
    near = [
        (numbers[item], numbers[other])
        for item in range(ITEMS)
        for other in random.choice(ITEMS, 20, replace=False)
        if other != item
    ]

    def frame(rows, columns, schema):
        return spark.createDataFrame(pd.DataFrame(rows, columns=columns), schema).repartition(parts)

    history = spark.createDataFrame(
        [(user, sorted(numbers[item] for item in likes)) for user, likes in enumerate(LIKES)],
        "user_id bigint, likes_train array<int>",
    )
    return PairInputs(
        frame(
            [
                (numbers[a], numbers[b], len(FANS[a]), len(FANS[b]), *rest)
                for a, b, *rest in (sided(row, numbers) for row in similarity_rows())
            ],
            ["item_a", "item_b", "likes_a", "likes_b", "colikes", "jaccard"],
            "item_a int, item_b int, likes_a bigint, likes_b bigint, colikes bigint, "
            "jaccard double",
        ).cache(),
        train_likes(history.repartition(parts)),
        frame(
            [(1000 + item, numbers[item]) for item in range(ITEMS)],
            ["item_id", "item_idx"],
            "item_id bigint, item_idx int",
        ),
        frame(near, ["item_idx", "neighbour"], "item_idx int, neighbour int"),
    )


def rows_of(pairs):
    return sorted(tuple(row) for row in pairs.select(*COLUMNS).collect())


COLUMNS = (C.ITEM_A, C.ITEM_B, C.LABEL, C.JACCARD, C.KIND, C.SPLIT)


@pytest.fixture(scope="module")
def found(spark):
    return pd.DataFrame(rows_of(build_pairs(inputs_of(spark), SETTINGS)), columns=COLUMNS)


def test_positives_are_exactly_the_pairs_strictly_above_the_threshold(found):
    positive = found[found[C.LABEL] == 1]
    in_one_group = {
        split: set(part[C.ITEM_A]) | set(part[C.ITEM_B]) for split, part in found.groupby(C.SPLIT)
    }
    expected = {
        (a, b)
        for a, b, both, value in similarity_rows()
        if value > SETTINGS.threshold and both >= SETTINGS.min_colikes
        if any({a, b} <= items for items in in_one_group.values())
    }
    pairs = set(zip(positive[C.ITEM_A], positive[C.ITEM_B], strict=True))
    assert expected <= pairs
    assert all(
        jaccard(a, b) > SETTINGS.threshold and len(FANS[a] & FANS[b]) >= SETTINGS.min_colikes
        for a, b in pairs
    )
    assert set(positive[C.KIND]) == {"positive"}
    assert len(pairs) > 50


def test_a_jaccard_on_the_threshold_is_no_positive(spark):
    rows = similarity_rows()
    on_it = sorted(row[3] for row in rows if row[2] >= SETTINGS.min_colikes)[-20]
    frame = spark.createDataFrame(rows, "item_a int, item_b int, colikes bigint, jaccard double")
    pairs = positives(frame, on_it, SETTINGS.min_colikes).collect()
    expected = {
        (a, b) for a, b, both, value in rows if both >= SETTINGS.min_colikes and value > on_it
    }
    assert {(row[0], row[1]) for row in pairs} == expected


def test_every_pair_has_its_exact_jaccard(found):
    for row in found.itertuples():
        assert row.item_a < row.item_b
        assert row.jaccard == jaccard(row.item_a, row.item_b)


def test_a_store_in_which_items_came_in_another_order_has_the_same_pairs(spark, found):
    numbers = np.random.default_rng(13).permutation(ITEMS).tolist()
    items = {number: item for item, number in enumerate(numbers)}
    aged = [
        (*sorted((items[a], items[b])), *rest)
        for a, b, *rest in rows_of(build_pairs(inputs_of(spark, numbers=numbers), SETTINGS))
    ]
    assert sorted(aged) == [tuple(row) for row in found.itertuples(index=False)]


def test_no_pair_stands_twice_so_that_none_is_both_labels(found):
    assert not found.duplicated([C.ITEM_A, C.ITEM_B]).any()


def test_negatives_are_of_well_liked_titles_and_rarer_than_chance(found):
    users = sum(bool(likes) for likes in LIKES)
    negative = found[found[C.LABEL] == 0]
    for row in negative.itertuples():
        a, b = FANS[row.item_a], FANS[row.item_b]
        assert min(len(a), len(b)) >= SETTINGS.min_likes
        assert len(a & b) < len(a) * len(b) / users
        assert row.jaccard <= SETTINGS.threshold
    few_fans = {item for item in range(ITEMS) if len(FANS[item]) < SETTINGS.min_likes}
    assert len(few_fans) >= 5, "or the bound is not tried"


def test_negatives_are_as_many_of_each_kind_that_their_split_has(found):
    for split, kinds in (("heldout", KINDS), ("train", SETTINGS.kinds)):
        assert tuple(kinds_of(split, SETTINGS)) == kinds
        part = found[found[C.SPLIT] == split]
        assert set(part[C.KIND]) == {"positive", *kinds}
        counts = part[C.KIND].value_counts()
        assert (counts[list(kinds)] <= round(counts["positive"] / len(kinds))).all()
    train = found[found[C.SPLIT] == "train"][C.KIND].value_counts()
    assert train[list(SETTINGS.kinds)].sum() >= 0.8 * train["positive"]


def test_popular_titles_are_drawn_in_proportion_to_their_likes(spark):
    likes = [(item, item, 1000 if item < 10 else 1) for item in range(200)]
    liked = spark.createDataFrame(likes, f"item_idx int, {PLACE} int, likes bigint")
    pairs = [tuple(row) for row in popular_pairs(liked, 40, "salt").collect()]
    assert all(a < b for a, b in pairs)
    # Ten of 200 titles have 98 % of the likes.
    assert len(pairs) > 150
    assert sum(a < 10 for a, _ in pairs) > 0.9 * len(pairs)
    assert popular_pairs(liked.limit(1), 5, "alone").isEmpty()


def test_held_out_pairs_share_no_title_with_training_pairs(found):
    titles = {
        split: set(part[C.ITEM_A]) | set(part[C.ITEM_B]) for split, part in found.groupby(C.SPLIT)
    }
    assert set(titles) == {"train", "heldout"}
    assert not titles["train"] & titles["heldout"]


def test_a_pairs_cosine_is_that_of_its_vectors_and_0_without_one(spark):
    vectors = np.random.default_rng(4).normal(size=(4, 8)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    # Items 1, 3, 4 and 7 have vectors; 2 has none, and 9 lies beyond the last that has one.
    indices = np.array([1, 3, 4, 7], np.int32)
    embedded = Embedded(indices, indices, np.arange(4, dtype=np.int32), vectors)
    pairs = [(1, 3), (4, 7), (1, 2), (2, 9), (7, 9)]
    frame = spark.createDataFrame(pairs, "item_a int, item_b int")
    made = {(row[0], row[1]): row[C.BASE_COSINE] for row in with_cosine(frame, embedded).collect()}
    expected = {(1, 3): vectors[0] @ vectors[1], (4, 7): vectors[2] @ vectors[3]}
    assert made == {pair: pytest.approx(expected.get(pair, 0.0), abs=1e-6) for pair in pairs}


def test_the_job_draws_equal_pairs_on_any_partitioning_which_are_no_new_version(
    spark, run_stage, written, write, tmp_path
):
    base = CONFIG.base_embedder
    model_id = find_model(base.name, base.embedder).model_id
    encoding = Encoding(base.max_tokens, base.precision, base.batch_size)
    vectors = np.random.default_rng(6).normal(size=(ITEMS, 8))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    encoded = [
        ("base", model_id, 1000 + at, vector.tolist(), str(at), encoding.text)
        for at, vector in enumerate(vectors)
    ]
    columns = (
        "source string, model_id string, item_id bigint, embedding array<float>, "
        "content_hash string, encoding string"
    )
    own = {"item_embeddings": spark.createDataFrame(encoded, columns)}

    def made(parts):
        """The job's outputs from inputs in so many partitions."""
        inputs = inputs_of(spark, parts)
        items = inputs.items.withColumns(
            {"description": F.lit(""), "content_hash": F.col("item_idx").cast("string")}
        )
        frames = {
            "items": items,
            "user_history": inputs.likes.withColumnRenamed("likes", "likes_train"),
            "item_similarity": to_ids(inputs.similarity, inputs.items, "item_a", "item_b"),
        }
        return run_stage("pairs", CONFIG, frames, own)

    outputs = made(parts=2)
    assert [(one.table, one.how) for one in outputs.writes] == [
        ("item_embeddings", "keep"),
        ("training_pairs", "merge"),
    ]
    assert outputs.figures["encoded.base"] == (0.0, "items")
    rows = written(outputs, "training_pairs").collect()
    counted = sum(
        value for name, (value, _) in outputs.figures.items() if name.startswith("pairs.")
    )
    assert counted == len(rows) > 50
    for row in rows:
        assert row["pair_id"] == f"{row['item_a']}|{row['item_b']}"
        cosine = vectors[row["item_a"] - 1000] @ vectors[row["item_b"] - 1000]
        assert row["base_cosine"] == pytest.approx(cosine, abs=1e-6)

    store = Store.open(spark, str(tmp_path / "store"), IdTypes("bigint", "bigint"))
    first = write(store, outputs.writes[-1])
    again = write(store, made(parts=5).writes[-1], run_id="run-2")
    assert again.pins == first.pins
    assert again.rows == {"training_pairs": 0}
