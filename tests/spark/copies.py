"""Copies of a table's folder, as a backup makes them."""

import shutil
from pathlib import Path


def tables_of(store):
    return Path(store.location.root, "tables")


def folder_of(store, table):
    return tables_of(store) / table


def put_back(store, table, copy):
    """Put a table's folder back as it was when the copy of it was made."""
    shutil.rmtree(folder_of(store, table))
    shutil.copytree(copy, folder_of(store, table))
    store.spark.sparkContext._jvm.org.apache.spark.sql.delta.DeltaLog.clearCache()
