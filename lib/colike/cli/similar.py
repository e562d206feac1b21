"""`colike similar`: the neighbours of an item, by id or title."""

import json
from typing import Annotated

import typer

from colike import columns as C
from colike.cli.options import DEFAULT_STORE, JsonOption, SourceOption, StoreOption
from colike.printing import say
from colike.queries.output import print_rows
from colike.queries.similar import find_item, neighbours_of
from colike.queries.store import open_existing

NAME = "similar"


def command(
    item: Annotated[str, typer.Argument(metavar="ITEM_OR_TITLE", help="Item id or title.")],
    k: Annotated[int, typer.Option("-k", min=1, help="Neighbours shown per source.")] = 10,
    source: SourceOption = None,
    store: StoreOption = DEFAULT_STORE,
    as_json: JsonOption = False,
) -> None:
    """Show the items nearest to one, by each source or by one."""
    opened = open_existing(store)
    found = find_item(opened, opened.ids, item)
    rows = neighbours_of(opened, found[C.ITEM_ID], k, source)
    if as_json:
        say(json.dumps(rows, ensure_ascii=False))
        return
    say(f"{found[C.TITLE]} (item {found[C.ITEM_ID]})")
    print_rows([C.SOURCE, C.RANK, C.NEIGHBOUR_ID, C.TITLE, C.WEIGHT], rows)
