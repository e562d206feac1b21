"""The analysts' questions of conf/samples: one answer in Spark and DuckDB, reviewed here.

`python -m pytest tests/spark/test_questions.py --answers` writes answers.json again.
"""

import json
from datetime import datetime
from pathlib import Path

import duckdb
import duckdb_extensions
import pytest
import sqlglot
from pyspark.sql import SparkSession

from colike.queries.samples import samples
from colike.tables import Store
from colike.tables.dialects import DUCKDB, SPARK, statements, translated
from colike.tables.view_files import views
from colike.tables.views import register_views

ANSWERS = Path(__file__).with_name("answers.json")
#: They tell of the run's times, which are never the same.
OF_TIMES = ("slowest_jobs",)
DIGITS = 6


@pytest.fixture(scope="module")
def in_spark(spark: SparkSession, tiny_store: Store) -> SparkSession:
    session = spark.newSession()
    register_views(Store.open(session, tiny_store.location.name, tiny_store.ids))
    return session


@pytest.fixture(scope="module")
def in_duckdb(tiny_store: Store) -> duckdb.DuckDBPyConnection:
    """DuckDB with what `colike views --dialect duckdb` prints."""
    engine = duckdb.connect()
    duckdb_extensions.import_extension("delta", con=engine)
    engine.execute("LOAD delta; SET TimeZone = 'UTC'")
    for statement in statements(tiny_store.location, tiny_store.existing(), DUCKDB).values():
        engine.execute(statement)
    return engine


def plain(value: object) -> object:
    """A value as JSON has it; of a time only that there is one."""
    if isinstance(value, float):
        return round(value, DIGITS)
    return "time" if isinstance(value, datetime) else value


def answer_in_spark(session: SparkSession, sql: str) -> list[dict[str, object]]:
    rows = session.sql(sql).collect()
    return [{name: plain(value) for name, value in row.asDict().items()} for row in rows]


def answer_in_duckdb(engine: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, object]]:
    asked = engine.execute(translated(sql))
    names = [column[0] for column in asked.description]
    return [dict(zip(names, map(plain, row), strict=True)) for row in asked.fetchall()]


def test_there_are_twenty_questions_and_each_is_one_sentence():
    assert len(samples()) >= 20
    for sample in samples().values():
        first, *_ = sample.sql.splitlines()
        assert first == f"-- {sample.question}"
        assert sample.question.endswith("?")


@pytest.mark.parametrize("name", samples())
def test_a_question_needs_no_base_table(name: str):
    query = sqlglot.parse_one(samples()[name].sql, read=SPARK)
    own = {with_.alias for with_ in query.find_all(sqlglot.exp.CTE)}
    assert {table.name for table in query.find_all(sqlglot.exp.Table)} - own <= set(views())


@pytest.mark.parametrize("name", samples())
def test_both_engines_give_the_answer(
    name: str,
    in_spark: SparkSession,
    in_duckdb: duckdb.DuckDBPyConnection,
    request: pytest.FixtureRequest,
):
    sql = samples()[name].sql
    mine, theirs = answer_in_spark(in_spark, sql), answer_in_duckdb(in_duckdb, sql)
    if name in OF_TIMES:
        assert {tuple(row) for row in mine} == {tuple(row) for row in theirs}
        assert {row["job"] for row in mine} == {row["job"] for row in theirs}
        return
    assert mine == theirs
    if request.config.getoption("answers"):
        kept = json.loads(ANSWERS.read_text("utf-8")) if ANSWERS.exists() else {}
        lines = json.dumps({**kept, name: mine}, indent=1, ensure_ascii=False, sort_keys=True)
        ANSWERS.write_text(f"{lines}\n", "utf-8")
    assert mine == json.loads(ANSWERS.read_text("utf-8"))[name]


def test_statements_of_spark_make_the_views_of_a_folder_in_a_metastore(
    spark: SparkSession, tiny_store: Store, catalog: Store
):
    session = spark.newSession()
    session.sql(f"CREATE SCHEMA {catalog.location.sql}")
    session.sql(f"USE {catalog.location.sql}")
    for statement in statements(tiny_store.location, tiny_store.existing(), SPARK).values():
        session.sql(statement)
    there = spark.table(catalog.location.identifier("v_recommendations")).count()
    assert there == tiny_store.read("published_recommendations").count()
