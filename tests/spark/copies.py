"""Copies of a table's folder, as a backup makes them."""

import shutil
from pathlib import Path


def folder_of(store, table):
    return Path(store.location.root, "tables", table)


def put_back(store, table, copy):
    """Put a table's folder back as it was when the copy of it was made."""
    shutil.rmtree(folder_of(store, table))
    shutil.copytree(copy, folder_of(store, table))
    store.spark.sparkContext._jvm.org.apache.spark.sql.delta.DeltaLog.clearCache()
