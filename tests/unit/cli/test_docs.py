"""docs/commands.md is what typer says now, and pages show only commands that there are."""

import pytest
import typer
from typer.main import get_group

from colike.cli.docs import page
from colike.cli.main import app

from ...pages import PAGES, ROOT, typed_on

COMMANDS = get_group(app).commands
SHOWN = [
    pytest.param(words, id=f"{path.name}: {' '.join(words)[:60]}")
    for path in PAGES
    for words in typed_on(path)
]


def test_the_page_is_what_the_commands_say_now():
    made = page(app)
    assert (ROOT / "docs" / "commands.md").read_text("utf-8") == made, "run: make pages"


def test_a_command_has_its_arguments_its_options_and_their_defaults():
    kitchen = typer.Typer()

    @kitchen.command()
    def boil(eggs: int, minutes: int = typer.Option(6, help="How long.")) -> None:
        """Boil eggs."""

    @kitchen.command()
    def serve() -> None:
        """Serve them."""

    _, boil_section, serve_section = page(kitchen).split("\n## ")
    assert boil_section.startswith("`colike boil`\n\nBoil eggs.")
    assert "\n* `eggs" in boil_section
    assert "[required]" in boil_section
    assert "How long.  [default: 6]" in boil_section
    assert serve_section.startswith("`colike serve`\n\nServe them.")


@pytest.mark.parametrize("words", SHOWN)
def test_a_command_on_a_page_is_one_that_can_be_typed(words):
    name, *rest = words
    assert COMMANDS[name].make_context(name, rest).args == []
