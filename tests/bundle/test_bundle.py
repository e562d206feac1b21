"""The Databricks bundle, without an account: schema, rules, and a golden file per target."""

import copy
import json
from pathlib import Path

import pytest
from databricks.bundles.jobs import Job
from jsonschema import Draft7Validator

from .rendered import GOLDEN, ROOT, TARGETS, as_text, bundle
from .rules import RULES, STAGES, jobs_of, places

SCHEMA = ROOT.parent / "shared" / "data" / "bundle_schema.json"
GPU_JOBS = {"pairs", "train", "embed"}


@pytest.fixture(scope="module", params=TARGETS)
def target(request):
    return request.param


@pytest.fixture(scope="module")
def rendered(target):
    return bundle(target)


@pytest.fixture(scope="module")
def validator():
    if not SCHEMA.is_file():
        pytest.skip(f"{SCHEMA.name}, the CLI's own schema, is not here")
    # Python's regular expressions know no classes of letters by name.
    text = SCHEMA.read_text("utf-8").replace(r"[\\p{L}\\p{N}]", "[a-zA-Z0-9]")
    return Draft7Validator(json.loads(text.replace(r"\\p{L}", "[a-zA-Z]")))


def test_the_clis_schema_takes_it(rendered, validator):
    assert [error.message for error in validator.iter_errors(rendered)] == []


def test_the_clis_schema_refuses_a_key_that_there_is_not(rendered, validator):
    wrong = copy.deepcopy(rendered)
    wrong["resources"]["jobs"]["nightly"]["retries"] = 3
    assert list(validator.iter_errors(wrong))


def test_databricks_own_library_reads_every_job(rendered):
    for name, job in rendered["resources"]["jobs"].items():
        assert Job.from_dict(job).name.endswith(job["name"]), name


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_it_keeps_every_rule(rendered, rule):
    assert rule(rendered) == []


def test_it_is_what_was_reviewed(target):
    """After a change: python -m tests.bundle.rendered, and read the difference."""
    assert as_text(target) == (GOLDEN / f"{target}.yml").read_text("utf-8")


def _cluster(bundle):
    bundle["resources"]["jobs"]["nightly"]["tasks"][2]["job_cluster_key"] = "big"


def _cron(bundle):
    bundle["resources"]["jobs"]["nightly"]["schedule"]["quartz_cron_expression"] = "0 2 * * *"


def _order(bundle):
    del bundle["resources"]["jobs"]["nightly"]["tasks"][3]["depends_on"]


def _entry_point(bundle):
    task = bundle["resources"]["jobs"]["training"]["tasks"][0]["python_wheel_task"]
    task["entry_point"] = "colike-pair"


def _parameter(bundle):
    bundle["resources"]["jobs"]["nightly"]["parameters"].pop()


def _setting(bundle):
    task = bundle["resources"]["jobs"]["training"]["tasks"][1]["python_wheel_task"]
    task["parameters"] = [*task["parameters"], "--set", "train.epoch=3"]


def _volume(bundle):
    del bundle["resources"]["volumes"]["files"]


def _run_as(bundle):
    bundle["run_as"] = {"service_principal_name": "0"}


def _library(bundle):
    task = bundle["resources"]["jobs"]["nightly"]["tasks"][4]
    task["libraries"] = [*task["libraries"], {"pypi": {"package": "faiss-cpu>=1.8"}}]


@pytest.mark.parametrize(
    ("plant", "said"),
    [
        (_cluster, "nightly: no cluster big"),
        (_cron, "nightly: '0 2 * * *' is no cron of six fields"),
        (_order, "nightly: neighbours waits for [], not for embed"),
        (_entry_point, "pairs: colike-pair is not in the wheel"),
        (_parameter, "ingest: {{job.parameters.data}} is no parameter"),
        (_setting, "train: "),
        (_volume, "ingest: no volume /Volumes/"),
        (_run_as, "dashboards refuse run_as"),
        (_library, "recommend: installs "),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_a_planted_error_is_found(plant, said):
    wrong = copy.deepcopy(bundle("prod"))
    plant(wrong)
    found = [text for rule in RULES for text in rule(wrong)]
    assert any(text.startswith(said) for text in found), found


def test_a_stage_reads_only_what_some_stage_writes():
    # People who ask to be forgotten are written down by a command.
    written = {"forgotten", *(table for stage in STAGES.values() for table in stage.writes)}
    for stage in STAGES.values():
        assert {*stage.reads, *stage.continues} <= written


def test_a_task_begins_after_all_that_write_what_its_stage_reads(rendered):
    """What a later task or another job writes stands as the last run left it."""
    for job in jobs_of(rendered).values():
        keys = [task["task_key"] for task in job["tasks"]]
        for number, key in enumerate(keys):
            needed = {other for other in keys if set(STAGES[other].writes) & set(STAGES[key].reads)}
            chain = list(STAGES)
            earlier = {other for other in needed if chain.index(other) < chain.index(key)}
            assert earlier <= set(keys[:number])


def test_the_gpu_is_only_where_it_is_used(rendered):
    on_gpu = {
        task["task_key"]
        for job in jobs_of(rendered).values()
        for task in job["tasks"]
        if task["job_cluster_key"] == "gpu"
    }
    assert on_gpu == GPU_JOBS


def test_tasks_are_tried_again_and_end_in_time(rendered):
    for job in jobs_of(rendered).values():
        assert job["max_concurrent_runs"] == 1
        for task in job["tasks"]:
            assert task["max_retries"] > 0
            assert 0 < task["timeout_seconds"] <= job["timeout_seconds"]


def test_shared_targets_run_as_a_principal_and_no_one_else_may_write_where_they_are(target):
    rendered = bundle(target)
    if target == "dev":
        assert rendered["resources"]["schemas"]["store"]["name"] == "dev_someone_colike"
        return
    for job in rendered["resources"]["jobs"].values():
        assert list(job["run_as"]) == ["service_principal_name"]
    assert "/Shared/" not in rendered["workspace"]["root_path"]


def test_views_that_the_dashboard_reads_are_there():
    board = json.loads(Path(ROOT / "conf/resources/overview.lvdash.json").read_text("utf-8"))
    views = {path.stem for path in (ROOT / "conf" / "views").glob("*.sql")}
    for dataset in board["datasets"]:
        (source,) = [line.split()[1] for line in dataset["queryLines"] if line.startswith("FROM")]
        assert source in views


def test_a_place_that_is_not_made_is_named():
    wrong = bundle("prod")
    wrong["resources"]["schemas"]["store"]["name"] = "other"
    assert any("no schema" in text for text in places(wrong))
