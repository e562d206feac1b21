"""SQL that an analyst types: it may read and nothing else, as Spark's own parser sees it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from py4j.java_gateway import JavaObject
from pyspark.sql import Row, SparkSession

from colike.errors import ColikeError, ConfigError, cause_of

LOGICAL = "org.apache.spark.sql.catalyst.plans.logical"
#: Statements that are neither queries nor harmless; what is of none of them is a query.
STATEMENTS = (f"{LOGICAL}.Command", f"{LOGICAL}.ParsedStatement")
#: Statements beside these: they write files, or run another one, as Spark 4 can.
RUNNING = ("InsertIntoDir", "Call", "ExecuteImmediateQuery", "UnresolvedExecuteImmediate")
#: Statements that only tell something, by the beginning of their class's name.
TELLING = ("Show", "Describe", "Explain")
#: Parts of a query that run programs of the machine, and functions that call any Java.
PROGRAMS = ("ScriptTransformation",)
JAVA = ("reflect", "java_method", "try_reflect")
#: Whether Spark puts environment variables and settings in place of `${env:NAME}`.
SUBSTITUTION = "spark.sql.variable.substitute"


@dataclass(frozen=True)
class Answer:
    """Rows by position, under names that are all different, and whether there are more."""

    columns: list[str]
    rows: list[list[Any]]
    is_cut: bool


def ask(spark: SparkSession, query: str, limit: int) -> Answer:
    """Return the first rows of a query.

    Args:
        spark: The session, which knows tables and views by name.
        query: SELECT, WITH, SHOW, DESCRIBE or EXPLAIN.
        limit: Most rows.

    Raises:
        ConfigError: The statement would change something, or fails.
    """
    for name in JAVA:
        spark._jsparkSession.sessionState().catalog().dropTempFunction(name, True)
    spark.conf.set(SUBSTITUTION, "false")
    try:
        require_reading(spark, query)
        frame = spark.sql(query)
        names = different(frame.columns)
        found = frame.toDF(*names).limit(limit + 1).collect()
    except ColikeError:
        raise
    except Exception as error:  # Python's own too: it has no date beyond the year 9999
        raise ConfigError(f"The query fails: {cause_of(error)}") from error
    return Answer(
        names, [[_plain(value) for value in row] for row in found[:limit]], len(found) > limit
    )


def require_reading(spark: SparkSession, query: str) -> None:
    """Raise ConfigError for a statement that does more than read; it is analysed, not run.

    Raises:
        ConfigError: It may write, or run a program.
        ParseException: It is no SQL.
    """
    state = spark._jsparkSession.sessionState()
    plan = state.sqlParser().parsePlan(query)
    name = _name(plan)
    if name.startswith(TELLING):
        return
    if _is_statement(plan):
        raise _refused(name)
    for node in _nodes(plan):
        if node is not plan and _is_statement(node):
            raise ConfigError(f"`colike sql` only reads, and this has {_name(node)} inside.")
        if _name(node) in PROGRAMS:
            raise ConfigError("`colike sql` runs no programs: TRANSFORM is not allowed.")
    # Statements of extensions, such as Delta's RESTORE, are known for what they are only then.
    for node in _nodes(state.executePlan(plan, _without_running(spark)).analyzed()):
        if _is_statement(node):
            raise _refused(name)


def _refused(name: str) -> ConfigError:
    return ConfigError(
        f"`colike sql` only reads: SELECT, WITH, SHOW, DESCRIBE and EXPLAIN; this is {name}. "
        "Nothing was changed."
    )


def _without_running(spark: SparkSession) -> JavaObject:
    """Return the mode in which Spark analyses a statement and leaves it at that."""
    execution: Any = spark._jvm
    return execution.org.apache.spark.sql.execution.CommandExecutionMode.SKIP()


def different(names: list[str]) -> list[str]:
    """Return names of which no two are equal, whatever their case.

    >>> different(["title", "Title", "n"])
    ['title', 'Title_2', 'n']
    """
    seen: dict[str, int] = {}
    made = []
    for name in names:
        count = seen[name.lower()] = seen.get(name.lower(), 0) + 1
        made.append(name if count == 1 else f"{name}_{count}")
    return made


def _is_statement(node: JavaObject) -> bool:
    if _name(node) in RUNNING:
        return True
    loader = node.getClass().getClassLoader()
    return any(loader.loadClass(name).isInstance(node) for name in STATEMENTS)


def _name(node: JavaObject) -> str:
    return str(node.getClass().getSimpleName())


def _nodes(plan: JavaObject) -> Iterator[JavaObject]:
    """Yield the nodes of a plan, subqueries and named queries included."""
    yield plan
    for children in (plan.children(), plan.innerChildren()):
        for place in range(children.size()):
            yield from _nodes(children.apply(place))


def _plain(value: Any) -> Any:
    return value.asDict(recursive=True) if isinstance(value, Row) else value
