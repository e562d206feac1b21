"""`colike generate`: a realistic data set in MAL 2020's three-file form."""

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from colike.cli.options import writing_to
from colike.generate import generate
from colike.printing import say
from colike.queries.output import error_screen

NAME = "generate"


def command(
    users: Annotated[int, typer.Option(help="Number of users.")],
    items: Annotated[int, typer.Option(help="Number of titles.")],
    ratings: Annotated[int, typer.Option(help="Number of ratings.")],
    out: Annotated[Path, typer.Option(help="Folder to write to.")],
    seed: Annotated[int, typer.Option(help="Equal seeds give equal files.")] = 1,
) -> None:
    """Write a generated data set whose users and texts come from the same latent tastes."""
    screen = error_screen()
    bars = Progress(console=screen, disable=not screen.is_terminal)
    with writing_to(out), bars as progress:
        bar = progress.add_task("ratings", total=ratings)

        def show(done: int, total: int) -> None:
            progress.update(bar, completed=done, total=total)

        made = generate(users, items, ratings, seed, out, on_progress=show)
    say(
        f"Wrote {made.ratings:,} ratings by {made.users:,} users of {made.items:,} titles "
        f"to {out}; {made.share_of_likes:.1%} are likes."
    )
