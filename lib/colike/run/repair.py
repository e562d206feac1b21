"""Sets damaged tables of a store aside; what can be made again, the next run makes."""

from collections.abc import Iterator
from dataclasses import dataclass

from colike.run.ids import new_run_id
from colike.run.lease import hold, locked_folder
from colike.run.log import RUNS
from colike.tables import Store, contracts
from colike.tables.damage import damages


@dataclass(frozen=True)
class Repaired:
    """A table that was set aside: what was wrong, where it is now, and what its rows alone said."""

    table: str
    damage: str
    where: str
    lost: str


def repair(store: Store) -> Iterator[Repaired]:
    """Set each damaged table aside under another name, and yield it; nothing is deleted.

    The store is held meanwhile. Where that takes a row of the log and the log itself is damaged,
    it is set aside first: no run can begin on such a store.

    Raises:
        StoreError: A run holds the store.
    """
    run_id = new_run_id()
    found = {table: damage for table, damage in damages(store).items() if damage is not None}

    def set_aside(table: str) -> Repaired:
        where = store.location.set_aside(store.spark, table, f"{table}_{run_id}".replace("-", "_"))
        return Repaired(table, found[table], where, contracts()[table].only_here)

    first = [RUNS] if RUNS in found and locked_folder(store) is None else []
    yield from map(set_aside, first)
    others = [table for table in found if table not in first]
    if others:
        with hold(store, run_id):
            yield from map(set_aside, others)
