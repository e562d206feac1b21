"""Contracts, the store and its lock: the only room that reads or writes a table."""
