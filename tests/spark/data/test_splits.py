import pytest
from pyspark.sql import functions as F

from colike import columns as C
from colike.config import load_config
from colike.data.splits import LARGE_SHARE, SMALL, TEST, TRAIN, VALIDATION, below, with_split

SPLIT = load_config("mal2020.yml").split
# Computed by a separate implementation of xxHash64 (salt "colike", Spark's seed 42, each part
# hashed with the hash of those before it as seed). They must never change: a model that was
# trained on one split would be measured on its own training ratings.
GOLDEN = {
    ("0", "0"): TEST,
    ("0", "32"): TEST,
    ("1", "6"): TEST,
    ("1", "9"): TEST,
    ("anna", "b07"): TEST,
    ("u 1", "a|b"): TEST,
    ("0", "3"): VALIDATION,
    ("0", "21"): VALIDATION,
    ("0", "26"): VALIDATION,
    ("0", "31"): VALIDATION,
    ("zoë", "進撃"): VALIDATION,
    ("user8", "tt008"): VALIDATION,
    ("0", "1"): TRAIN,
    ("0", "2"): TRAIN,
    ("0", "4"): TRAIN,
    ("0", "5"): TRAIN,
    ("user0", "tt000"): TRAIN,
    ("user1", "tt001"): TRAIN,
}
GOLDEN_HASHES = {("0", "0"): -5867549825860975220, ("zoë", "進撃"): -8709641695821501036}
# Of users 0 to 59, those in the tenth that has validation ratings at full size.
GOLDEN_VALIDATION_USERS = {8, 22, 32, 36, 42}


def pairs(spark, count, user_type="bigint"):
    """`count` pairs: items 0 to 99 of as many users as that takes."""
    user = F.floor(F.col("id") / 100).cast(user_type).alias(C.USER_ID)
    return spark.range(count).select(user, (F.col("id") % 100).alias(C.ITEM_ID))


def splits_of(frame, users, split=SPLIT):
    rows = with_split(frame, split, users).toPandas()
    keys = zip(rows[C.USER_ID].astype(str), rows[C.ITEM_ID].astype(str), strict=True)
    return dict(zip(keys, rows[C.SPLIT], strict=True))


def shares(splits):
    values = list(splits.values())
    return {name: values.count(name) / len(values) for name in (TEST, VALIDATION, TRAIN)}


@pytest.fixture(scope="module")
def small(spark):
    """The splits of 20,000 pairs of 200 users, who are few enough to validate on all."""
    return splits_of(pairs(spark, 20_000), users=200)


def test_the_split_of_these_pairs_never_changes(spark):
    frame = spark.createDataFrame(list(GOLDEN), f"{C.USER_ID} string, {C.ITEM_ID} string")
    assert splits_of(frame, users=200) == GOLDEN
    hashed = frame.withColumn("hash", F.xxhash64(F.lit("colike"), C.USER_ID, C.ITEM_ID))
    hashes = {(row[0], row[1]): row["hash"] for row in hashed.collect()}
    assert {pair: hashes[pair] for pair in GOLDEN_HASHES} == GOLDEN_HASHES


def test_the_salt_is_the_one_that_the_golden_values_were_made_with():
    assert SPLIT.salt == "colike"


def test_a_tenth_is_test_and_a_tenth_of_the_rest_validation(small):
    found = shares(small)
    assert found[TEST] == pytest.approx(0.1, abs=0.01)
    assert found[VALIDATION] == pytest.approx(0.9 * 0.1, abs=0.01)


def test_at_full_size_a_tenth_of_the_users_has_validation_ratings(spark, small):
    large = splits_of(pairs(spark, 6_000), users=SMALL)
    users = {int(user) for (user, _), split in large.items() if split == VALIDATION}
    assert users == GOLDEN_VALIDATION_USERS
    # Whoever is left out trains on those ratings; test ratings are the same ones.
    for pair, split in large.items():
        expected = small[pair]
        if expected == VALIDATION and int(pair[0]) not in users:
            expected = TRAIN
        assert split == expected
    assert LARGE_SHARE == 0.1


def test_the_config_can_say_how_many_users_validate(spark, small):
    nobody = SPLIT.model_copy(update={"validation_users": 0.0})
    splits = splits_of(pairs(spark, 2_000), users=200, split=nobody)
    assert VALIDATION not in splits.values()
    everybody = SPLIT.model_copy(update={"validation_users": 1.0})
    splits = splits_of(pairs(spark, 2_000), users=SMALL, split=everybody)
    assert splits == {pair: small[pair] for pair in splits}


def test_the_split_is_the_same_on_any_partitioning_and_for_ids_as_text(spark, small):
    shuffled = pairs(spark, 3_000, "string").repartition(7).orderBy(F.rand(3))
    splits = splits_of(shuffled.coalesce(3), users=200)
    assert splits == {pair: small[pair] for pair in splits}


def test_another_salt_splits_otherwise(spark, small):
    other = splits_of(pairs(spark, 3_000), 200, SPLIT.model_copy(update={"salt": "other"}))
    both_test = sum(small[pair] == split == TEST for pair, split in other.items())
    assert both_test / len(other) == pytest.approx(0.1 * 0.1, abs=0.01)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_no_share_is_nobody_and_the_whole_is_everybody(spark, share):
    counted = spark.range(500).where(below(share, "any", F.col("id").cast("string"))).count()
    assert counted == 500 * share
