"""`colike champion`: shows what analysts see, moves it to another published run, or holds it."""

from typing import Annotated

import typer

from colike.cli.options import DEFAULT_STORE, StoreOption
from colike.printing import say
from colike.publish.moves import Present, Wish, asked_move, champion_of
from colike.queries.store import open_existing
from colike.run.ids import checked_run_id
from colike.run.single import append_row
from colike.tables import IdTypes, Tables, contracts

NAME = "champion"
MOVES, PUBLISHED = "champion_moves", "published_recommendations"


def command(
    to: Annotated[
        str | None, typer.Option(metavar="RUN", help="Show the lists that this run published.")
    ] = None,
    source: Annotated[
        str | None, typer.Option(help="The source whose lists they have to be.")
    ] = None,
    hold: Annotated[
        bool | None,
        typer.Option("--hold/--release", help="Whether job publish leaves it where it is."),
    ] = None,
    store: StoreOption = DEFAULT_STORE,
) -> None:
    """Say which source analysts see; with --to, --hold or --release move or hold it."""
    opened = open_existing(store)
    if to is not None or source is not None or hold is not None:
        # The run of a move is the one whose lists it shows.
        target = checked_run_id(to or _now(opened, opened.ids).run_id)
        wish = Wish(target, source, bool(hold))
        append_row(
            opened, target, NAME, MOVES, (PUBLISHED,),
            lambda tables, moves, at: asked_move(
                moves, tables.read_or_empty(PUBLISHED), wish, at
            ),
        )  # fmt: skip
    now = _now(opened, opened.ids)
    held = "; it is held until --release" if now.held else ""
    say(f"Analysts see {now.source}, published by run {now.run_id}{held}.")


def _now(tables: Tables, ids: IdTypes) -> Present:
    return champion_of(contracts()[MOVES].filled(tables.read_or_empty(MOVES), ids))
