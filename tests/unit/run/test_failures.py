"""A failure that nobody foresaw is one sentence, and no second failure hides it."""

import re
import stat
from pathlib import Path
from types import MappingProxyType, SimpleNamespace

import pytest

from colike.config import load_config
from colike.errors import ColikeError, StoreError, cause_of
from colike.run.failures import as_logged, in_addition, last_words
from colike.run.main import job_main
from colike.run.reporters import PlainReporter
from colike.run.runner import run_stage
from colike.run.session import Run, Session
from colike.run.stage import Stage

DISK_FULL = OSError(28, "No space left on device")
IN_A_TASK = """
  An exception was thrown from the Python worker. Please see the stack trace below.
Traceback (most recent call last):
  File "worker.py", line 1830, in main
    process()
ZeroDivisionError: division by zero

"""


class JavaIsGoneError(Exception):
    """What py4j raises when it is asked for the text of an error of a Java that has ended."""


class LostError(Exception):
    """An error of Java whose Java is gone."""

    @property
    def java_exception(self):
        return SimpleNamespace(getCause=self.fail)

    def fail(self):
        raise JavaIsGoneError

    def __str__(self):
        raise JavaIsGoneError


def read_and_removed(sentence):
    details = Path(re.search(r"the details are in (\S+)\.$", sentence)[1])
    text = details.read_text("utf-8")
    assert stat.S_IMODE(details.stat().st_mode) == 0o600
    details.unlink()
    return text


def test_the_cause_of_an_error_in_a_spark_task_is_the_last_line_of_its_trace():
    assert cause_of(RuntimeError(IN_A_TASK)) == "ZeroDivisionError: division by zero"
    chained = f"{IN_A_TASK}\nDuring handling of it:\n\n{IN_A_TASK.replace('Zero', 'Other')}"
    assert cause_of(RuntimeError(chained)) == "OtherDivisionError: division by zero"
    assert cause_of(MemoryError()) == "MemoryError"


def test_an_error_whose_java_is_gone_still_has_a_sentence():
    assert cause_of(LostError()) == "its text is lost: JavaIsGoneError"
    assert as_logged(LostError()) == "LostError: its text is lost: JavaIsGoneError"


def test_a_second_failure_is_told_beside_the_first():
    error = ValueError("the first")

    def fail():
        raise DISK_FULL

    in_addition(error, "table runs could not be told", fail)
    in_addition(error, "nothing", lambda: None)
    sentence = last_words(error)
    assert sentence.startswith(
        "ValueError: the first (table runs could not be told: [Errno 28] No space left on device) "
        "Colike did not foresee this; what was written before stays, and the details are in "
    )
    assert "\n" not in sentence
    assert "ValueError: the first" in read_and_removed(sentence)


def test_where_no_details_can_be_written_the_sentence_says_so(monkeypatch):
    def full(*_, **__):
        raise DISK_FULL

    monkeypatch.setattr("colike.run.failures.NamedTemporaryFile", full)
    assert last_words(ValueError("why")).endswith(
        "and the details could not be written (No space left on device)."
    )


def test_neither_the_sentence_nor_the_details_nor_the_log_have_a_secret(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-1")
    error = ValueError("Incorrect API key: sk-secret-1, https://me:word123@host/x")
    sentence = last_words(error)
    for text in (sentence, as_logged(error), read_and_removed(sentence)):
        assert "sk-secret-1" not in text
        assert "word123" not in text
        assert "https://me:***@host/x" in text


class FullDisk:
    """A log that cannot be written to."""

    is_formed, entry = True, 0
    successes = worked = MappingProxyType({})

    def append(self, *_):
        raise DISK_FULL

    def writers(self):
        return {}

    not_run = figures = expected = writers


def failing(error):
    def run(inputs, settings):
        raise error

    return Stage("mine", (), ("items",), (), run, defined_in="colike.run.single")


@pytest.mark.parametrize("error", [StoreError("what went wrong"), ZeroDivisionError("a fault")])
def test_a_log_that_cannot_be_written_does_not_hide_why_the_job_failed(error):
    config = load_config("conf/mal2020.yml")
    store = SimpleNamespace(location=None, files=None)
    ledger = SimpleNamespace(pins=lambda tables: {}, newest=dict, states={})
    session = Session(Run(config, store, "run-1", None, PlainReporter()), FullDisk(), ledger)
    with pytest.raises(type(error)) as raised:
        run_stage(failing(error), session)
    assert raised.value is error
    assert error.__notes__ == ["job mine", f"table runs could not be told: {DISK_FULL}"]


def test_a_job_of_its_own_ends_with_one_sentence_from_the_error_behind_it(monkeypatch):
    def full(*_, **__):
        raise DISK_FULL

    monkeypatch.setattr("colike.run.main.open_store", full)
    command = job_main(failing(DISK_FULL))
    with pytest.raises(ColikeError, match=r"^OSError: \[Errno 28\] No space .* foresee") as raised:
        command(["--config", "conf/mal2020.yml", "--store", "nowhere"])
    assert raised.value.__cause__ is DISK_FULL
    read_and_removed(str(raised.value))
