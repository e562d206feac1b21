"""Nothing that comes out of data is obeyed by a terminal, whatever prints it."""

import ast
import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from colike.jobs.similarity import main as similarity
from hypothesis import given
from hypothesis import strategies as st

from colike.cli import leaderboard, recommend
from colike.cli.main import app, stoppable
from colike.cli.progress import TerminalReporter
from colike.cli.run import print_plan
from colike.errors import ConfigError
from colike.printing import OBEYED, printable, say, say_line
from colike.queries.leaderboard import ANCHOR
from colike.queries.output import Screen, print_table
from colike.queries.user import Recommended
from colike.run.plan import Planned
from colike.run.reporters import JsonReporter, PlainReporter
from colike.training.progress import Progress

LIBRARY = Path(__file__).parents[2] / "lib" / "colike"
#: Where text is printed; everything else goes through these.
DOORS = (Path("lib/colike/printing.py"), Path("lib/colike/queries/output.py"))
#: Escape, bell, return, backspace, C1's introducer of sequences, right-to-left override, a half.
BAD = ["\x1b", "\x07", "\r", "\x08", "\x9b", "\u202e", "\udc80"]
TEXT = "a" + "".join(f"{bad}[1m" for bad in BAD)
SHOWN = "a" + "".join(f"\\u{ord(bad):04x}[1m" for bad in BAD)


def test_what_a_terminal_obeys_is_escaped():
    assert printable(TEXT) == SHOWN


@pytest.mark.parametrize("text", ["Crème brûlée\n2\t[x]", "進撃の巨人", "שלום", "👩\u200d🚀"])
def test_every_other_text_is_printed_as_it_is(text):
    assert printable(text) == text


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_json_keeps_its_meaning(text):
    printed = printable(json.dumps(text, ensure_ascii=False))
    assert json.loads(printed) == text
    assert not OBEYED.search(printed)


def test_a_line_is_one_line_whatever_is_in_it():
    stream = io.StringIO()
    say_line("a title\n12:00:00 publish: done", stream)
    assert stream.getvalue() == "a title\\u000a12:00:00 publish: done\n"


def test_a_table_obeys_neither_headings_nor_cells(capsys):
    print_table([TEXT, "user_id"], [["one", TEXT]])
    printed = capsys.readouterr().out
    assert printed.count(SHOWN) == 2
    assert not OBEYED.search(printed)


def a_recommendation():
    because = [{"title": "\x1bbecause", "part": 0.5}]
    return Recommended("jaccard", 1, "\x1bid", "\x1btitle", 1.0, 1, 0.5, because, False)


def a_figure():
    names = {"source": "\x1btitle", "metric": "recall", "k": 10, ANCHOR: False}
    return {**names, "value": 0.5, "ci_low": 0.25, "ci_high": 0.75}


COMMANDS = {
    "recommend": lambda: recommend._print("user \x1bid", [a_recommendation()]),
    "leaderboard": lambda: leaderboard._print([a_figure()], "users \x1bid", {}),
    "plan": lambda: print_plan([Planned("\x1btitle", True, ["\x1bid changed"], 1.0)], False),
    "plan as JSON": lambda: print_plan([Planned("\x9btitle\x1bid", True, [], 1.0)], True),
    "a line": lambda: say("\x1btitle of \x1bid"),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_prints_titles_and_ids_unobeyed(command, capsys):
    COMMANDS[command]()
    printed = capsys.readouterr().out
    assert not OBEYED.search(printed)
    assert "title" in printed or "because" in printed
    assert "\\u001bid" in printed


@pytest.mark.parametrize("bad", BAD)
def test_an_error_is_printed_unobeyed(bad, typed, monkeypatch):
    def command():
        raise ConfigError(f"items.csv has no column {bad}[31mtitle; name one that it has.")

    (info,) = [info for info in app.registered_commands if info.name == "doctor"]
    monkeypatch.setattr(info, "callback", stoppable(command))
    code, _, printed = typed("doctor")
    assert code == 2
    assert f"no column \\u{ord(bad):04x}[31mtitle" in printed
    assert not OBEYED.search(printed)


def test_a_job_of_its_own_prints_its_error_unobeyed(monkeypatch, capsys):
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    words = ["colike-similarity", "--config", "no\x1b[31m.yml", "--store", "none"]
    monkeypatch.setattr(sys, "argv", words)
    with pytest.raises(ConfigError) as caught:
        similarity()
    sys.excepthook(caught.type, caught.value, caught.tb)
    printed = capsys.readouterr().err
    assert printed.startswith("ConfigError: ")
    assert "[31m.yml" in printed
    assert not OBEYED.search(printed)


def nothing_active():
    """A session whose Spark has nothing to do."""
    tracker = SimpleNamespace(getActiveStageIds=list)
    return SimpleNamespace(sparkContext=SimpleNamespace(statusTracker=lambda: tracker))


def told(reporter):
    reporter.started("ingest")
    reporter.note("ingest", TEXT)
    reporter.progress("ingest", 1, 2, TEXT)


def test_what_a_run_tells_in_lines_is_unobeyed():
    stream = io.StringIO()
    told(PlainReporter(stream))
    _, note, progress = stream.getvalue().splitlines()
    assert note.endswith(f"ingest: {SHOWN}")
    assert progress.endswith(f"1 of 2 {SHOWN}")


def test_what_a_run_tells_as_json_is_unobeyed_and_keeps_its_meaning():
    stream = io.StringIO()
    told(JsonReporter(stream))
    _, note, progress = stream.getvalue().splitlines()
    assert json.loads(note)["text"] == json.loads(progress)["text"] == TEXT


def test_what_a_run_tells_above_and_beside_bars_is_unobeyed():
    stream = io.StringIO()
    with TerminalReporter(Screen(file=stream, width=200), nothing_active()) as bars:
        told(bars)
    assert stream.getvalue().count(SHOWN) == 2
    assert not OBEYED.search(stream.getvalue())


def test_what_the_training_worker_tells_is_unobeyed(capsys):
    Progress().say("mined", TEXT)
    assert capsys.readouterr().err == f"{SHOWN}\n"


def prints(file):
    """Whether a file prints, or knows what can."""
    nodes = list(ast.walk(ast.parse(file.read_text("utf-8"))))
    called = [node.func for node in nodes if isinstance(node, ast.Call)]
    attributes = {func.attr for func in called if isinstance(func, ast.Attribute)}
    names = {func.id for func in called if isinstance(func, ast.Name)}
    imported = {
        alias.name for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    return "print" in names or bool({"echo", "secho"} & attributes) or "Console" in imported


def test_nothing_prints_but_the_doors():
    files = [*LIBRARY.rglob("*.py"), *(LIBRARY.parents[1] / "jobs").glob("*.py")]
    assert {file.relative_to(LIBRARY.parents[1]) for file in files if prints(file)} == {*DOORS}
