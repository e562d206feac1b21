"""The chain's tables depend on its files and config, and on nothing of the machine that runs it.

`make chaos` runs it; CHAOS_SEED chooses the data.
"""

import csv
import os
from random import Random

import pytest

from colike.config import load_config
from colike.generate.form import ITEMS_FILE
from colike.spark import setting

from ..quick_spark import QUICK
from .nights import (
    COMPARED,
    IN_PROCESS,
    NIGHTLY,
    ONE_CHAMPION,
    SEED,
    command,
    finished,
    first_night,
    next_night,
)
from .sameness import differing, opened, rows_of

TABLES = (*COMPARED, "evaluation", "quarantine")
PARTITIONS = "spark.sql.shuffle.partitions"
JAVA = "spark.driver.extraJavaOptions"
#: Letters whose case, width or encoding differs between places.
TITLE = "İI\u0131i ß Pokémon 東京 Ǆ"
#: Environment and Java's options of a process, as far away as can be from those of a test.
PLACES = {
    "Turkish, far east": (
        {"TZ": "Pacific/Kiritimati", "LC_ALL": "tr_TR.UTF-8", "PYTHONHASHSEED": "1"},
        "-Duser.language=tr -Duser.country=TR -Duser.timezone=Pacific/Kiritimati",
    ),
    "no locale, west": (
        {
            "TZ": "America/St_Johns", "LC_ALL": "C", "PYTHONHASHSEED": "2", "PYTHONUTF8": "0",
            "PYTHONCOERCECLOCALE": "0",
        },
        "-Dfile.encoding=ISO-8859-1 -Duser.timezone=Asia/Kathmandu",
    ),
}  # fmt: skip
pytestmark = [
    pytest.mark.chaos,
    pytest.mark.skipif("CHAOS" not in os.environ, reason="make chaos runs it"),
]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Files with rejected rows, and with a title of letters from everywhere."""
    folder = tmp_path_factory.mktemp("files")
    data = next_night(first_night(folder / "first", SEED), folder / "data", Random(SEED))
    items = data / ITEMS_FILE
    with items.open(encoding="utf-8", newline="") as file:
        header, first, *rows = csv.reader(file)
    first[header.index("Name")] = TITLE
    with items.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, first, *rows])
    return data


@pytest.fixture(scope="module")
def made(spark, data, run_jobs, tmp_path_factory):
    """Makes a store in this process, of as many partitions as a number says; gives its rows."""
    folder = tmp_path_factory.mktemp("partitions")
    config = load_config("conf/mal2020.yml", IN_PROCESS)

    def made(partitions):
        with setting(spark, PARTITIONS, str(partitions)):
            store = opened(spark, folder / str(partitions))
            run_jobs(config, store, NIGHTLY, data, "here")
            return store

    return made


@pytest.fixture(scope="module")
def expected(made):
    """The rows of a store that was made in one partition."""
    rows = rows_of(made(1), TABLES, "here")
    assert all(rows.values())
    assert any(TITLE in says for says, _ in rows["items"])
    return rows


@pytest.mark.parametrize("partitions", [2, 7, 200])
def test_tables_are_the_same_on_any_number_of_partitions(made, expected, partitions):
    assert differing(made(partitions), expected, "here") == []


@pytest.mark.parametrize("place", PLACES)
def test_tables_are_the_same_in_any_time_zone_locale_and_hash_order(
    spark, data, expected, tmp_path, place
):
    environment, options = PLACES[place]
    java = f"spark.{JAVA}={QUICK[JAVA]} {options}"
    zone = "spark.spark.sql.session.timeZone=Asia/Kolkata"
    finished(command(data, tmp_path / "store", java, zone, ONE_CHAMPION), **environment)
    store = opened(spark, tmp_path / "store")
    (move,) = store.read("champion_moves").collect()
    assert differing(store, expected, move.run_id) == []
