"""Opens an existing store for the commands that only read: its ids and its runs."""

from colike.config import Config
from colike.config.saved import CONFIG_FILE, saved_config
from colike.errors import StoreError
from colike.spark import session
from colike.tables import IdTypes, Store
from colike.tables.files import Files
from colike.tables.location import CatalogLocation, FolderLocation, locate

# A reading command works on small frames; a whole run takes its settings from the config.
READING = {
    # It also lives for seconds, so a JVM that compiles little is the faster one.
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.master": "local[2]",
    "spark.driver.memory": "2g",
    "spark.sql.shuffle.partitions": "2",
    "spark.databricks.delta.snapshotPartitions": "2",
}


def open_existing(where: str) -> Store:
    """Return the store at `where`, with the id types that its tables have.

    Raises:
        StoreError: There is no store.
    """
    store = open_any(where)
    return Store(store.spark, store.location, IdTypes.of(store.read("ratings").schema))


def open_any(where: str) -> Store:
    """Return the store at `where`, whatever has become of its tables; its ids are not looked at.

    Raises:
        StoreError: There is no store.
    """
    require_store(locate(where), where)
    return Store.open(session(READING), where, IdTypes("bigint", "bigint"))


def require_store(location: FolderLocation | CatalogLocation, where: str) -> None:
    """Raise StoreError where a local folder has no tables; of other places only Spark can tell."""
    folder = location.local if isinstance(location, FolderLocation) else None
    if folder is not None and not (folder / "tables").is_dir():
        raise StoreError(
            f"There is no store at {where}; make one with: colike run CONF --store {where}."
        )


def config_of(files: Files) -> Config:
    """Return the config that the store's recommendations were made with.

    Raises:
        StoreError: It is missing, damaged or of another release.
    """
    return saved_config(files.read_text(CONFIG_FILE), files.root)
