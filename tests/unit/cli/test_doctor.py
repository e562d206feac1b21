"""`colike doctor`: what counts as wrong on a machine."""

import json

import pytest

from colike.cli import doctor


@pytest.fixture
def said(typed, monkeypatch, tmp_path):
    """Runs the command without looking for Java, jars or libraries; gives the findings by name."""

    def look(python: str) -> dict[str, dict[str, str]]:
        monkeypatch.setattr(doctor.platform, "python_version", lambda: python)
        monkeypatch.setattr(doctor, "_java", lambda: doctor.Finding("java", "ok", "17"))
        monkeypatch.setattr(doctor, "_jars", lambda: doctor.Finding("delta jars", "ok", "3.3"))
        monkeypatch.setattr(doctor, "LIBRARIES", {})
        _, out, _ = typed("doctor", "--json", "--store", str(tmp_path / "store"))
        return {finding["what"]: finding for finding in json.loads(out)}

    return look


@pytest.mark.parametrize("version", ["2.7.18", "3.9.18", "3.10.14"])
def test_an_older_python_is_wrong_and_comes_with_a_remedy(said, version):
    found = said(version)["python"]
    assert (found["state"], found["found"]) == ("wrong", version)
    assert "install Python 3.11" in found["remedy"]


@pytest.mark.parametrize("version", ["3.11.0", "3.12.0rc1", "3.100.0", "4.0.0"])
def test_versions_are_compared_as_numbers_not_as_text(said, version):
    assert said(version)["python"]["state"] == "ok"


def test_a_store_that_is_not_there_yet_can_be_written_where_its_folder_can(said, tmp_path):
    found = said("3.11.0")["store"]
    assert found["state"] == "ok"
    assert found["found"].startswith(f"{tmp_path} can be written")


def test_what_is_wrong_is_one_sentence_and_exit_code_two(typed, monkeypatch, tmp_path):
    monkeypatch.setattr(doctor, "_java", lambda: doctor.Finding("java", "wrong", "none", "get it"))
    monkeypatch.setattr(doctor, "_jars", lambda: doctor.Finding("delta jars", "ok", "3.3"))
    monkeypatch.setattr(doctor, "LIBRARIES", {"no-such-library": "local"})
    code, out, err = typed("doctor", "--store", str(tmp_path))
    assert code == 2
    assert "get it" in out
    assert "pip install 'colike[local]'" in out
    assert "java, no-such-library: to be mended" in err


def test_a_library_counts_under_any_distribution_of_its_module(monkeypatch):
    def version(name: str) -> str:
        if name != "xgboost-cpu":
            raise doctor.metadata.PackageNotFoundError
        return "3.2.0"

    monkeypatch.setattr(doctor.metadata, "version", version)
    assert doctor._library("xgboost", "ranker") == doctor.Finding("xgboost", "ok", "3.2.0")
    missing = doctor._library("openai", "openai")
    assert (missing.state, missing.remedy) == ("optional", "pip install 'colike[openai]'")
