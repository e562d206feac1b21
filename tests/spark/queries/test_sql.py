"""SQL that an analyst types: what may be asked, and what comes of everything else."""

import pytest

from colike.errors import ConfigError
from colike.queries.sql import ask


@pytest.fixture(scope="module", autouse=True)
def _items(spark):
    rows = [(1, "A"), (2, "B"), (3, "C")]
    spark.createDataFrame(rows, "item_id int, title string").createOrReplaceTempView("few_items")
    yield
    spark.catalog.dropTempView("few_items")


READING = {
    "select title from few_items order by title": [["A"], ["B"]],
    "with x as (select 7 as n) select n from x": [[7]],
    "from few_items select count(*)": [[3]],
    "values (1, 'x')": [[1, "x"]],
    "/* delete */ select 1": [[1]],
    "select struct(1 as a, array(struct(2 as b)) as l)": [[{"a": 1, "l": [{"b": 2}]}]],
}


@pytest.mark.parametrize("query", READING)
def test_queries_are_answered_by_position(spark, query):
    assert ask(spark, query, 2).rows == READING[query]


def test_columns_of_one_name_are_told_apart(spark):
    query = "select a.title, b.title, a.TITLE from few_items a join few_items b using (item_id)"
    answer = ask(spark, query, 1)
    assert answer.columns == ["title", "title_2", "TITLE_3"]
    assert len(answer.rows[0]) == 3
    assert answer.is_cut


@pytest.mark.parametrize("query", ["show tables", "describe few_items", "explain select 1"])
def test_statements_that_tell_something_are_allowed(spark, query):
    assert ask(spark, query, 100).rows


@pytest.mark.parametrize("name", ["${env:SECRET_KEY}", "${system:user.home}", "${spark.app.id}"])
def test_nothing_of_the_environment_is_put_into_a_query(spark, name):
    assert ask(spark, f"select '{name}'", 1).rows == [[name]]


WRITING = (
    "delete from few_items",
    "insert into few_items select * from few_items",
    "from few_items insert into few_items select * insert into few_items select *",
    "update few_items set title = 'x'",
    "merge into few_items t using few_items s on t.item_id = s.item_id when matched then delete",
    "drop view few_items",
    "create table x as select 1",
    "create or replace temp view few_items as select 1",
    "truncate table few_items",
    "cache table few_items",
    "set spark.sql.ansi.enabled = false",
    "use default",
    "add jar 'x.jar'",
    "  \n -- select\n delete from few_items",
)


@pytest.mark.parametrize("query", WRITING)
def test_what_changes_something_is_refused_and_not_run(spark, query):
    with pytest.raises(ConfigError, match="`colike sql` only reads"):
        ask(spark, query, 1)
    assert ask(spark, "select count(*) from few_items", 1).rows == [[3]]


RATINGS, COPY = "delta.`{0}/ratings`", "delta.`{0}/copy`"
OF_FILES = (
    f"restore table {RATINGS} to version as of 0",
    f"restore {RATINGS} version as of 0",
    f"create table {COPY} shallow clone {RATINGS}",
    f"create or replace table {RATINGS} shallow clone {RATINGS} version as of 0",
    f"optimize {RATINGS}",
    f"vacuum {RATINGS}",
    f"reorg table {RATINGS} apply (purge)",
    f"generate symlink_format_manifest for table {RATINGS}",
    f"alter table {RATINGS} set tblproperties (a = 1)",
    f"delete from {RATINGS}",
    "insert overwrite directory '{0}/files' using csv select 1",
    "with a as (select 1) insert overwrite directory '{0}/files' using csv select * from a",
    "from {0}.x insert overwrite directory '{0}/files' using csv select 1".replace(
        "{0}.x", RATINGS
    ),
)


@pytest.fixture(scope="module")
def tables(spark, tmp_path_factory):
    """A folder with a Delta table of three rows, at version 1."""
    folder = tmp_path_factory.mktemp("tables")
    for n in (1, 2):
        rows = spark.range(n).coalesce(1).write.format("delta").mode("append")
        rows.save(str(folder / "ratings"))
    return folder


@pytest.mark.parametrize("query", OF_FILES)
def test_what_the_parser_has_as_no_command_is_refused_and_not_run(spark, tables, query):
    with pytest.raises(ConfigError, match="`colike sql` only reads"):
        ask(spark, query.format(tables), 1)
    assert [path.name for path in tables.iterdir()] == ["ratings"]
    assert len(ask(spark, f"select id from {RATINGS.format(tables)}", 9).rows) == 3
    assert len(ask(spark, f"describe history {RATINGS.format(tables)}", 9).rows) == 2


@pytest.mark.parametrize(
    "query",
    [
        "execute immediate 'drop view few_items'",
        "call few_items()",
        "begin drop view few_items; end",
    ],
)
def test_what_runs_another_statement_is_refused_and_not_run(spark, query):
    """Spark 4 has such statements; Spark 3.5 cannot parse them."""
    refused = "`colike sql` only reads" if spark.version >= "4" else "Syntax error"
    with pytest.raises(ConfigError, match=refused):
        ask(spark, query, 1)
    assert ask(spark, "select count(*) from few_items", 1).rows == [[3]]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("select transform(title) using 'cat' from few_items", "runs no programs"),
        ("select java_method('java.lang.System', 'getenv', 'HOME')", "Cannot resolve"),
        ("select reflect('java.lang.System', 'getenv', 'HOME')", "Cannot resolve"),
        ("select 1; select 2", "Syntax error at or near 'select'"),
        ("select * from nowhere", "TABLE_OR_VIEW_NOT_FOUND"),
        ("select builtin.java_method('java.lang.System', 'getenv', 'HOME')", "java_method"),
        ("select 1 / 0", "Division by zero"),
        ("select date'10000-01-01'", "year 10000 is out of range"),
        ("select cast(title as int) from few_items", "cannot be cast to"),
        ("select to_date('2024-13-01')", "2024-13-01"),
        ("select (select item_id from few_items)", "More than one row"),
        ("select raise_error('of mine')", "of mine"),
        ("", "Syntax error"),
    ],
)
def test_what_fails_is_one_sentence(spark, query, says):
    with pytest.raises(ConfigError) as failed:
        ask(spark, query, 1)
    assert says in str(failed.value)
    assert "\n" not in str(failed.value)
