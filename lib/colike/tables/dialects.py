"""Statements that make a store's tables and views known to another engine."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from colike.errors import ConfigError, DependencyError
from colike.tables.contracts import contracts
from colike.tables.location import CatalogLocation, FolderLocation
from colike.tables.view_files import views
from colike.tables.views import created, ready

SPARK, DUCKDB = "spark", "duckdb"


def statements(
    location: FolderLocation | CatalogLocation, tables: Iterable[str], dialect: str
) -> Mapping[str, str]:
    """Return, by name, the statements that make tables and views known, in the order to run them.

    Args:
        location: The store.
        tables: Its tables.
        dialect: SPARK or DUCKDB; DuckDB needs its extension delta (`LOAD delta`).

    Raises:
        ConfigError: The engine cannot read the store.
        DependencyError: The library that translates is missing.
    """
    known = [name for name in contracts() if name in set(tables)]
    if dialect == DUCKDB:
        return {
            **{name: _duckdb_table(location, name) for name in known},
            **{name: _duckdb_view(name) for name in ready(known)},
        }
    made = {name: created(views()[name], "VIEW", name) for name in ready(known)}
    if isinstance(location, CatalogLocation):
        return {"use": f"USE {location.sql}", **made}
    return {
        **{
            name: f"CREATE OR REPLACE VIEW {name} AS SELECT * FROM {location.identifier(name)}"
            for name in known
        },
        **made,
    }


def _duckdb_table(location: FolderLocation | CatalogLocation, table: str) -> str:
    if isinstance(location, CatalogLocation):
        raise ConfigError(
            f"DuckDB reads tables by their folders, and {location.name} is a catalog; give --store "
            "the folder or URI that the schema's tables are in."
        )
    folder = f"{location.root}/tables/{table}".replace("'", "''")
    return f"CREATE OR REPLACE VIEW {table} AS SELECT * FROM delta_scan('{folder}')"


def _duckdb_view(name: str) -> str:
    select = _sqlglot().transpile(views()[name].select, read=SPARK, write=DUCKDB, pretty=True)[0]
    return f"CREATE OR REPLACE VIEW {name} AS\n{select}"


def translated(query: str) -> str:
    """Return a query of Spark SQL in DuckDB's.

    Raises:
        DependencyError: The library that translates is missing.
    """
    made: str = _sqlglot().transpile(query, read=SPARK, write=DUCKDB)[0]
    return made


def _sqlglot() -> Any:
    try:
        import sqlglot
    except ImportError as error:
        raise DependencyError(
            "sqlglot is not installed, which translates views; pip install 'colike[sql]'."
        ) from error
    return sqlglot


def write_statements(made: Mapping[str, str], folder: Path) -> list[Path]:
    """Write a file per statement, numbered in the order to run them; return the files."""
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for number, (name, statement) in enumerate(made.items(), 1):
        path = folder / f"{number:02d}_{name}.sql"
        path.write_text(f"{statement};\n", "utf-8")
        found.append(path)
    return found
