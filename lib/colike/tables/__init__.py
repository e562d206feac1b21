"""Contracts, the store and its lock: the only room that reads or writes a table."""

from colike.tables.contracts import IdTypes, TableContract, contracts
from colike.tables.lock import folder_lock
from colike.tables.store import Replaced, Store, Tables, small_frame
from colike.tables.writer import Writer

__all__ = [
    "IdTypes",
    "Replaced",
    "Store",
    "TableContract",
    "Tables",
    "Writer",
    "contracts",
    "folder_lock",
    "small_frame",
]
