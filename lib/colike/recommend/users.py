"""Which users get lists: everyone of the histories, or those that a file names."""

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from colike import columns as C
from colike.config.files import UsersFile
from colike.data.history import OPINIONS, for_deciding, of_history
from colike.data.reading.files import input_path
from colike.data.reading.frames import read_texts, require_rows
from colike.data.splits import TRAIN
from colike.errors import QualityError
from colike.tables import IdTypes

PUBLISHED = "all"


def named_users(spark: SparkSession, data: str | None, file: UsersFile, ids: IdTypes) -> DataFrame:
    """Return the user_id of each user that a file names, once.

    Args:
        spark: The session.
        data: Folder or URI that the file's path is relative to.
        file: The file and the name of its column.
        ids: Types of the ids.

    Raises:
        ConfigError: There is no such file.
        SchemaError: It has no such column.
        QualityError: It has no rows, or ids that are not of the data set's type.
    """
    path = input_path(data, file.path)
    raw = read_texts(spark, path, file, {C.USER_ID: file.column}, {C.USER_ID: ids.user_id})
    require_rows(raw.count(), path)
    wrong = raw.where(F.col(C.USER_ID).isNull()).limit(1).collect()
    if wrong:
        raise QualityError(
            f"{path}, line {wrong[0][C.LINE]}: {wrong[0][C.ROW]} is no {ids.user_id} user id; mend "
            "the file, or name its column in recommend.users. No table was changed."
        )
    return raw.select(C.USER_ID).distinct()


def histories_of(history: DataFrame, name: str, named: DataFrame | None) -> DataFrame:
    """Return user_id and item_idx by opinion of the users who get lists by this history.

    Named users alone are published; measuring takes everyone, so that its figures stand for all.
    Lists by history train are for the users who decide on the champion. A named user without
    ratings has an empty history.

    Args:
        history: Rows of user_history.
        name: The history, train, known or all.
        named: user_id of the users to publish for; None for everyone.
    """
    whole = of_history(for_deciding(history) if name == TRAIN else history, name)
    if named is None or name != PUBLISHED:
        return whole
    nothing = F.array().cast("array<int>")
    strangers = named.join(whole.select(C.USER_ID), on=C.USER_ID, how="left_anti").select(
        C.USER_ID, *(nothing.alias(opinion) for opinion in OPINIONS)
    )
    return whole.join(named, on=C.USER_ID, how="left_semi").unionByName(strangers)
