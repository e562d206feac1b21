"""`colike repair`: sets damaged tables aside, so that the next run makes them again."""

from colike.cli.options import DEFAULT_STORE, StoreOption
from colike.printing import say
from colike.queries.store import open_any
from colike.run.repair import repair

NAME = "repair"


def command(store: StoreOption = DEFAULT_STORE) -> None:
    """Set the damaged tables of a store aside and say what that loses; nothing is deleted."""
    count = 0
    for one in repair(open_any(store)):
        count += 1
        say(f"Table {one.table} is damaged: {one.damage}")
        say(f"  It is at {one.where} now.")
        say(f"  Lost: {one.lost or 'nothing, the next run makes it again'}.")
    if not count:
        say(f"No table of store {store} is damaged.")
        return
    say(f"Now run the chain again: colike run CONF --data DATA --store {store}")
