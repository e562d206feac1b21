"""The states of a store's tables: read once at the start of a run, then kept up to date."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from pyspark.sql import Row

from colike.tables.contracts import contracts
from colike.tables.rewriting import require_in_place
from colike.tables.state import Known, Pin, TableState, commit_of, id_of, look_up, noting
from colike.tables.store import Store
from colike.tables.upgrade import enforced, upgraded

# Look-ups mostly wait for the driver, so several run at once.
AT_ONCE = 4


@dataclass
class Ledger:
    """The state of each existing table that a run reads or writes; the writer notes its commits."""

    store: Store
    states: dict[str, TableState] = field(default_factory=dict)
    #: Tables whose form is known to be that of their contracts.
    formed: set[str] = field(default_factory=set)
    #: Checks that a table's old rows break, by table: Delta does not enforce them.
    unmet: dict[str, Sequence[str]] = field(default_factory=dict)

    @staticmethod
    def read(store: Store, tables: Iterable[str], known: Mapping[str, Known]) -> "Ledger":
        """Return the states of those of the tables that exist, one look-up each.

        Args:
            store: The store.
            tables: Tables that the run reads or writes.
            known: What earlier runs saw.
        """
        return Ledger.read_beside(store, tables, lambda: known)

    @staticmethod
    def read_beside(
        store: Store, tables: Iterable[str], known: Callable[[], Mapping[str, Known]]
    ) -> "Ledger":
        """Return the states, as `read` does; what earlier runs saw is asked for at the end."""
        existing = sorted(store.existing() & set(tables) & set(contracts()))

        def state(table: str) -> TableState:
            identifier = store.location.identifier(table)
            with noting(table):
                return look_up(store.spark, identifier, lambda: known().get(table))

        with ThreadPoolExecutor(AT_ONCE) as pool:
            return Ledger(store, dict(zip(existing, pool.map(state, existing), strict=True)))

    def pin(self, table: str) -> Pin | None:
        """Return the pin of a table, None where the store has no such table."""
        state = self.states.get(table)
        return None if state is None else state.pin

    def pins(self, tables: Iterable[str]) -> dict[str, Pin]:
        """Return the pins of those of the tables that exist."""
        return {table: self.states[table].pin for table in tables if table in self.states}

    def newest(self) -> dict[str, int]:
        """Return the newest version of every table, housekeeping included."""
        return {table: state.newest for table, state in self.states.items()}

    def prepare(self, table: str) -> None:
        """Create the table from its contract, or give an older one its form.

        Raises:
            StoreError: The table is there, but not in its place.
        """
        identifier = self.store.location.identifier(table)
        if table not in self.states:
            require_in_place(self.store, table)
            self.store.create(table)
            self.created(table, id_of(self.store.spark, identifier))
        elif table not in self.formed:
            has_changed = upgraded(self.store, table)
            constraints = enforced(self.store, table)
            if constraints.unmet:
                self.unmet[table] = constraints.unmet
            if has_changed or constraints.changed:
                now = look_up(self.store.spark, identifier, lambda: None)
                self.states[table] = replace(now, by_others=self.states[table].by_others)
        self.formed.add(table)

    def created(self, table: str, table_id: str) -> None:
        """Note a table that was just created."""
        self.states[table] = TableState(Pin(table_id, 0), 0)

    def committed(self, table: str, commit: Row) -> None:
        """Note a commit that changed rows of a table, from Delta's history of it."""
        version = int(commit["version"])
        self.states[table] = self.states[table].after(version, commit_of(commit))
