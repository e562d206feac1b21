"""`colike run` on a store of its own: skipping, parts of the chain, embedders that cannot run."""

import json
from pathlib import Path

import pytest

SETTINGS = (
    "recommend.sources=[popularity,jaccard]",
    "evaluate.baseline=popularity",
    "evaluate.bootstrap_replicates=5",
    "evaluate.protocols=[holdout]",
    # A service without its key: listed as not run, and nothing else fails.
    # It comes beside those of conf/base.yml, of which `finetuned` waits for a training.
    "embed.embedders={closed: {kind: openai, model: text-embedding-3-small}}",
)
JOBS = ("ingest", "similarity", "embed", "neighbours", "recommend", "evaluate")


@pytest.fixture
def run(typed, monkeypatch, spark, tiny_data: Path, tmp_path: Path):
    """Types `colike run` for one job, or another command, on a store in tmp_path."""
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)

    def type_in(command: str, *words: str) -> tuple[int, str, str]:
        line = [command, *words, "--store", str(tmp_path / "store")]
        if command == "run":
            line += ["--data", str(tiny_data)]
            for setting in SETTINGS:
                line += ["--set", setting]
        return typed(*line)

    return type_in


def test_a_second_run_does_no_work_and_an_embedder_without_its_key_is_listed_with_why(run):
    for job in JOBS:
        code, _, err = run("run", "conf/mal2020.yml", "--only", job)
        assert code == 0, err

    for job in JOBS:
        _, out, err = run("run", "conf/mal2020.yml", "--only", job)
        assert out.startswith("Nothing to do"), err
        assert f"{job}: nothing to do" in err

    _, out, _ = run("leaderboard", "--json")
    why = {row["source"]: row["reason"] for row in json.loads(out) if row["metric"] == "not_run"}
    assert set(why) == {"closed", "finetuned"}
    assert "OPENAI_API_KEY is not set" in why["closed"]
    assert "no training has ended yet" in why["finetuned"]


def test_an_unknown_job_is_refused_with_the_jobs_there_are(run):
    code, _, err = run("run", "conf/mal2020.yml", "--only", "cook")

    assert code == 2
    assert "no job 'cook'" in err
    assert "ingest, similarity, pairs" in err


def test_a_job_whose_inputs_are_missing_says_what_to_run_first(run):
    code, _, err = run("run", "conf/mal2020.yml", "--only", "similarity")

    assert code == 2
    assert "no table user_history" in err
    assert "run the jobs before it first" in err


def test_a_typo_in_a_setting_names_the_place_and_the_allowed_keys(run):
    code, _, err = run("run", "conf/mal2020.yml", "--set", "recommend.kk=3")

    assert code == 2
    assert "recommend.kk: unknown key" in err
    assert "neighbours_per_item" in err
