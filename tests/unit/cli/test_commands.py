"""What the commands refuse before they start Spark."""

import inspect

import pytest

from colike.cli.main import MODULES
from colike.cli.options import writing_to
from colike.errors import ConfigError


def test_a_store_that_is_not_there_is_one_sentence_with_the_remedy(typed, tmp_path):
    missing = str(tmp_path / "nowhere")
    code, out, err = typed("leaderboard", "--store", missing)
    assert (code, out) == (2, "")
    assert f"There is no store at {missing}" in err
    assert f"colike run CONF --store {missing}" in err


def test_an_unknown_job_is_refused_with_the_jobs_there_are(typed):
    code, _, err = typed("run", "conf/mal2020.yml", "--only", "cook")
    assert code == 2
    assert "no job 'cook'" in err
    assert "ingest, similarity, pairs" in err


def test_a_typo_in_a_setting_names_the_place_and_the_allowed_keys(typed):
    code, _, err = typed("run", "conf/mal2020.yml", "--set", "recommend.kk=3")
    assert code == 2
    assert "recommend.kk: unknown key" in err
    assert "neighbours_per_item" in err


def test_input_files_cannot_be_read_as_they_were(typed):
    code, _, err = typed("run", "conf/mal2020.yml", "--as-of", "2026-11-20T03:00:00Z")
    assert code == 2
    assert "data.ratings: as_of means nothing where format is csv" in err


GENERATED = ("generate", "--users", "20", "--items", "30", "--ratings", "200", "--out")


@pytest.mark.parametrize("below", ["a file", "x" * 300])
def test_a_place_where_nothing_can_be_written_is_one_sentence(typed, tmp_path, below):
    (tmp_path / "a file").write_text("")
    data = str(tmp_path / "data")
    assert typed(*GENERATED, data)[0] == 0
    where = str(tmp_path / below / "out")
    for words in (GENERATED, ("init", data, "--out")):
        code, out, err = typed(*words, where)
        assert (code, out) == (2, "")
        assert f"--out {where} cannot be written: " in err


def test_a_folder_in_the_place_of_a_file_cannot_be_written(tmp_path):
    with pytest.raises(ConfigError, match="Is a directory"), writing_to(tmp_path):
        tmp_path.write_text("")


def test_every_command_that_writes_where_the_user_says_tells_it():
    told = [module for module in MODULES if "out" in inspect.signature(module.command).parameters]
    assert [module.NAME for module in told] == ["init", "views", "report", "generate"]
    assert all("with writing_to(out)" in inspect.getsource(module) for module in told)


@pytest.mark.parametrize("words", [("init",), ("check", "conf/demo.yml", "--data")])
def test_a_path_that_no_file_can_have_is_one_sentence(typed, words):
    code, _, err = typed(*words, "x" * 300)
    assert code == 2
    assert "ConfigError: no path can be that long: [Errno 36] File name too long: 'xxx" in err
