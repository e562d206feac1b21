"""`colike init`: a config for files that nobody has described yet."""

from pathlib import Path
from typing import Annotated

import typer

from colike.cli.options import writing_to
from colike.config import load_config
from colike.data.guess.dataset import look_at
from colike.data.guess.draft import draft
from colike.errors import ConfigError
from colike.printing import say

NAME = "init"


def command(
    data: Annotated[Path, typer.Argument(metavar="DATA_DIR", help="Folder of the input files.")],
    out: Annotated[Path | None, typer.Option(help="Where to write; else it is printed.")] = None,
) -> None:
    """Look at files and write a config for them, with what to look at in the comments."""
    if out is not None:
        _require_free(out)
    found = look_at(data)
    text = draft(found)
    if out is None:
        say(text)
        return
    with writing_to(out):
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, "utf-8")
    load_config(out)
    say(f"Wrote {out}. Look at it, then: colike run {out} --data {data}")
    for sentence in found.unsure:
        say(f"Look at: {sentence}.")


def _require_free(out: Path) -> None:
    with writing_to(out):
        if out.exists():
            raise ConfigError(f"{out} exists; remove it, or give another --out.")
