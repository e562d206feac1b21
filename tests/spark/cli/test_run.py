"""`colike run` on a finished store: the plan, skipping, embedders that cannot run."""

import json
import shutil

import pytest

TINY = (
    "recommend.sources=[popularity,jaccard]",
    "evaluate.baseline=popularity",
    "evaluate.bootstrap_replicates=20",
    "publish.report_users=3",
)
# Jobs that the tiny store has never run.
SKIPPED = ("pairs", "train", "embed", "maintain")
JOBS = ["ingest", "similarity", "neighbours", "recommend", "evaluate", "publish"]


@pytest.fixture
def run(typed, tiny_data):
    """Types `colike run` with the settings that the tiny store was made with."""

    def type_in(store, *words: str) -> tuple[int, str, str]:
        settings = [word for setting in TINY for word in ("--set", setting)]
        line = ["conf/mal2020.yml", "--data", str(tiny_data), "--store", str(store)]
        return typed("run", *line, *settings, *words)

    return type_in


@pytest.fixture(scope="module")
def copied(tiny_store, tmp_path_factory):
    """A copy of the tiny store, for commands that write."""
    folder = tmp_path_factory.mktemp("copied") / "store"
    shutil.copytree(tiny_store.location.root, folder)
    return folder


def without(jobs):
    return [word for job in jobs for word in ("--skip", job)]


def test_a_plan_says_of_each_job_whether_it_would_run_and_how_long_it_took(run, tiny_store):
    code, out, _ = run(tiny_store.location.name, *without(SKIPPED), "--plan", "--json")
    planned = json.loads(out)
    assert code == 0
    assert [job["job"] for job in planned] == JOBS
    assert [job["runs"] for job in planned] == [False] * len(JOBS)
    assert all(job["last_seconds"] > 0 for job in planned)


def test_a_plan_names_what_changed_and_the_jobs_behind_it_and_writes_nothing(run, tiny_store):
    runs = tiny_store.read("runs").count()
    words = (*without(SKIPPED), "--set", "recommend.k=12", "--plan", "--json")
    _, out, _ = run(tiny_store.location.name, *words)
    why = {job["job"]: job["why"] for job in json.loads(out)}
    assert [job for job in JOBS if why[job]] == ["recommend", "evaluate", "publish"]
    assert why["recommend"] == ["section recommend of the config changed"]
    assert "job recommend would write table recommendations" in why["evaluate"]
    assert "job evaluate would write table evaluation" in why["publish"]
    assert tiny_store.read("runs").count() == runs


def test_a_plan_says_of_a_job_that_never_ran_that_it_has_not_succeeded_yet(run, tiny_store):
    _, out, _ = run(tiny_store.location.name, "--only", "maintain", "--plan", "--json")
    (planned,) = json.loads(out)
    assert planned["why"] == ["it has not succeeded in this store yet"]
    assert planned["last_seconds"] is None


def test_a_second_run_does_no_work_and_says_so(run, copied):
    code, out, err = run(copied, *without(SKIPPED))
    assert code == 0
    assert out.startswith("Nothing to do"), err
    assert all(f"{job}: nothing to do" in err for job in JOBS)


def test_an_embedder_without_its_key_is_listed_with_why_and_fails_nothing(
    run, typed, copied, monkeypatch
):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    # The one service in the place of the base embedder, so that nothing has to be encoded.
    closed = "embed.embedders={base: null, closed: {kind: openai, model: text-embedding-3-small}}"
    settings = ("--set", closed, "--set", "pairs.base_embedder=closed")
    code, _, err = run(copied, "--only", "embed", *settings)
    assert code == 0, err

    _, out, _ = typed("leaderboard", "--json", "--store", str(copied))
    why = {row["source"]: row["reason"] for row in json.loads(out) if row["metric"] == "not_run"}
    assert set(why) == {"closed", "finetuned"}
    assert "OPENAI_API_KEY is not set" in why["closed"]
    assert "no training has ended yet" in why["finetuned"]
    _, shown, _ = typed("leaderboard", "--store", str(copied))
    assert f"not run: closed: {why['closed']}" in shown


def test_a_job_whose_inputs_are_missing_says_what_to_run_first(run, tmp_path):
    code, _, err = run(tmp_path / "store", "--only", "similarity")
    assert code == 2
    assert "no table user_history" in err
    assert "run the jobs before it first" in err
