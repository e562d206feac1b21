import pytest

from colike.config.recommend import UsersFile
from colike.data.history import OPINIONS, for_tuning
from colike.errors import QualityError, SchemaError
from colike.recommend.users import histories_of, named_users
from colike.tables import IdTypes

from ...histories import SCHEMA, history_tuple

IDS = IdTypes("bigint", "bigint")


@pytest.fixture(scope="module")
def history(spark):
    rows = [
        history_tuple(
            user, likes_train=[user], passives_train=[9], likes_test=[5], unrated_train=[6]
        )
        for user in (1, 2, 3)
    ]
    return spark.createDataFrame(rows, f"user_id bigint, {SCHEMA}")


def rows_of(frame):
    """Each user's items by opinion."""
    return sorted((row["user_id"], *(sorted(row[name]) for name in OPINIONS))
                  for row in frame.collect())  # fmt: skip


@pytest.fixture
def users_file(tmp_path):
    def write(text):
        (tmp_path / "users.csv").write_text(text)
        return UsersFile(path="users.csv"), str(tmp_path)

    return write


def test_a_file_names_each_user_once(spark, users_file):
    file, folder = users_file("user_id\n2\n7\n2\n")
    assert sorted(row[0] for row in named_users(spark, folder, file, IDS).collect()) == [2, 7]


def test_named_users_are_published_and_measuring_takes_everyone(spark, history):
    named = spark.createDataFrame([(2,), (7,)], "user_id bigint")
    assert rows_of(histories_of(history, "all", named)) == [
        (2, [2, 5], [9], [], [6]),
        (7, [], [], [], []),
    ]
    expected = [(user, [user], [9], [], [6]) for user in (1, 2, 3)]
    assert rows_of(histories_of(history, "known", named)) == expected
    assert len(rows_of(histories_of(history, "all", None))) == 3


def test_lists_by_train_history_are_for_the_half_that_nothing_was_tuned_on(spark):
    rows = [history_tuple(user, likes_train=[1], likes_validation=[2]) for user in range(40)]
    rows.append(history_tuple(99, likes_train=[1], passives_validation=[2]))
    history = spark.createDataFrame(rows, f"user_id bigint, {SCHEMA}")
    deciding = {row[0] for row in rows_of(histories_of(history, "train", None))}
    tuning = {row["user_id"] for row in for_tuning(history).collect()}
    assert deciding | tuning == set(range(40)), "who has a validation like is in one of the halves"
    assert not deciding & tuning
    assert min(len(deciding), len(tuning)) > 10


def test_an_id_of_another_type_is_an_error_that_names_it(spark, users_file):
    file, folder = users_file("user_id\n2\nbob\n")
    with pytest.raises(QualityError, match=r'line 3: {"user_id": "bob"} is no bigint'):
        named_users(spark, folder, file, IDS)


def test_a_file_without_the_column_is_an_error(spark, users_file):
    file, folder = users_file("id\n2\n")
    with pytest.raises(SchemaError, match="has no column user_id"):
        named_users(spark, folder, file, IDS)
