"""Contracts, the store and its lock: the only room that reads or writes a table."""

from colike.tables.contracts import IdTypes, TableContract, contracts
from colike.tables.lock import store_lock
from colike.tables.store import Reader, Store, Tables
from colike.tables.writer import Writer

__all__ = [
    "IdTypes",
    "Reader",
    "Store",
    "TableContract",
    "Tables",
    "Writer",
    "contracts",
    "store_lock",
]
