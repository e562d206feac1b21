"""How errors become exit codes: the command line is the only place where they do."""

import re
import sys
from pathlib import Path

import pytest

from colike.cli.main import app, stoppable
from colike.errors import QualityError


@pytest.fixture
def command_that(monkeypatch):
    """Puts a command in place of `colike doctor` that raises an error."""

    def put(error: BaseException) -> None:
        def command() -> None:
            raise error

        (info,) = [info for info in app.registered_commands if info.name == "doctor"]
        monkeypatch.setattr(info, "callback", stoppable(command))

    return put


def test_a_foreseen_error_is_one_sentence_and_exit_code_two(command_that, typed):
    command_that(QualityError("items.csv has [no] rows; give a file with data"))
    assert typed("doctor") == (
        2,
        "",
        "QualityError: items.csv has [no] rows; give a file with data\n",
    )


def test_an_interrupted_command_says_how_to_resume_and_ends_with_130(
    command_that, typed, monkeypatch
):
    # The process ends at once, without Spark's orderly shutdown: here, this call does.
    monkeypatch.setattr("os._exit", sys.exit)
    command_that(KeyboardInterrupt())
    code, out, err = typed("doctor")
    assert (code, out) == (130, "")
    assert err == "Stopped. Finished jobs stay; the same command resumes from there.\n"


def test_an_unforeseen_error_is_one_sentence_whose_details_are_in_a_file(command_that, typed):
    command_that(ZeroDivisionError("a [fault] of ours\nand a plan below it"))
    code, out, err = typed("doctor")
    assert (code, out) == (1, "")
    found = re.fullmatch(
        r"ZeroDivisionError: a \[fault\] of ours Colike did not foresee this; what was written "
        r"before stays, and the details are in (\S+)\.\n",
        err,
    )
    details = Path(found[1])
    assert "Traceback" in details.read_text()
    assert "and a plan below it" in details.read_text()
    assert details.stat().st_mode & 0o777 == 0o600
    details.unlink()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["cook"], "No such command 'cook'"),
        (["run"], "Missing argument 'CONF'"),
        (["run", "conf/mal2020.yml", "--fast"], "No such option"),
        (["recommend", "1", "-k", "0"], "greater than or equal to 1"),
    ],
)
def test_a_usage_error_is_told_apart_by_its_message_and_ends_with_two(typed, words, said):
    code, out, err = typed(*words)
    assert (code, out) == (2, "")
    assert said in " ".join(err.replace("│", " ").split())
