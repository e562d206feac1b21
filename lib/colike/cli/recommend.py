"""`colike recommend`: the book's engine, a user id and k in, titles with reasons out."""

import json
import sys
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.table import Table

from colike.cli.options import DEFAULT_STORE, JsonOption, SourceOption, StoreOption
from colike.errors import ConfigError
from colike.printing import say
from colike.queries.output import wide_screen
from colike.queries.store import config_of, open_existing
from colike.queries.user import (
    Recommended,
    UserSettings,
    chosen_neighbours_per_item,
    recommend_user,
)
from colike.run.log import RunLog
from colike.sources.registry import source_named

NAME = "recommend"


def command(
    users: Annotated[
        list[str], typer.Argument(metavar="USER...", help="User ids of the rating file.")
    ],
    k: Annotated[int, typer.Option("-k", min=1, help="Length of the list.")] = 10,
    source: SourceOption = None,
    neighbours: Annotated[
        int | None, typer.Option(min=1, help="Neighbours per liked title; the book's is k.")
    ] = None,
    store: StoreOption = DEFAULT_STORE,
    as_json: JsonOption = False,
) -> None:
    """Recommend titles to users, with score, support, cosine and the likes behind them."""
    opened = open_existing(store)
    config = config_of(opened.files)
    if neighbours is not None and neighbours > config.neighbours.k:
        raise ConfigError(
            f"--neighbours {neighbours} is more than the store keeps, neighbours.k = "
            f"{config.neighbours.k}; run with --set neighbours.k={neighbours} first."
        )
    if source is not None:
        source_named(source, config.known_sources)
    sources = config.recommend.sources if source is None else [source]
    settings = UserSettings(
        config.recommend,
        config.known_sources,
        chosen_neighbours_per_item(RunLog.read(opened, ""), config.recommend),
    )
    found: list[dict[str, Any]] = []
    for user in users:
        lists = recommend_user(opened, opened.ids, settings, user, k, sources, neighbours)
        if not lists.known:
            say(f"User {user} is unknown here, so this is the popular list.", sys.stderr)
        elif not lists.rows:
            say(
                f"User {user} has rated every title that may be recommended; nothing is left.",
                sys.stderr,
            )
        found += [{"user_id": user, **asdict(row)} for row in lists.rows]
        for name in () if as_json else dict.fromkeys(row.source for row in lists.rows):
            _print(f"user {user}: {name}", [row for row in lists.rows if row.source == name])
    if as_json:
        say(json.dumps(found, ensure_ascii=False))


def _print(title: str, rows: list[Recommended]) -> None:
    table = Table(title=title, title_justify="left")
    for heading in ("rank", "title", "score", "support", "cosine", "because"):
        table.add_column(heading, justify="right" if heading in {"rank", "score"} else "left")
    for row in rows:
        reasons = "; ".join(f"{part['title']} ({part['part']:.2f})" for part in row.because)
        table.add_row(
            str(row.rank),
            row.title,
            f"{row.score:.3f}",
            str(row.support),
            "" if row.cosine is None else f"{row.cosine:.3f}",
            reasons or ("popular" if row.fallback else ""),
        )
    wide_screen().print(table)
