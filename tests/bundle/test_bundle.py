"""The Databricks bundle says the same as the stages and the package."""

from importlib.metadata import distribution
from pathlib import Path

import pytest
import yaml
from databricks.bundles.jobs import Job, PythonWheelTask, Task

from colike.run.chain import JOBS, stages

ROOT = Path(__file__).parents[2]
RESOURCES = ROOT / "conf" / "resources"
GPU_JOBS = {"train", "embed"}
STAGES = {stage.name: stage for stage in stages(JOBS)}


def read(path: Path) -> dict:
    return yaml.safe_load(path.read_text("utf-8"))


@pytest.fixture(scope="module")
def nightly() -> Job:
    return Job.from_dict(read(RESOURCES / "nightly.yml")["resources"]["jobs"]["nightly"])


@pytest.fixture(scope="module")
def tasks(nightly: Job) -> dict[str, Task]:
    return {task.task_key: task for task in nightly.tasks}


def wheel_task(task: Task) -> PythonWheelTask:
    assert isinstance(task.python_wheel_task, PythonWheelTask)
    return task.python_wheel_task


def before(key: str, tasks: dict[str, Task]) -> set[str]:
    """All tasks that have ended when this one begins."""
    direct = {dependency.task_key for dependency in tasks[key].depends_on}
    return direct.union(*(before(name, tasks) for name in direct))


def test_the_tasks_are_the_jobs_of_the_chain_in_their_order(tasks):
    assert tuple(tasks) == JOBS


def test_each_task_waits_for_the_one_before_it(tasks):
    waits = [[dependency.task_key for dependency in task.depends_on] for task in tasks.values()]
    assert waits == [[], *([job] for job in JOBS[:-1])]


@pytest.mark.parametrize("job", JOBS)
def test_a_task_begins_after_all_that_write_what_its_stage_reads(job, tasks):
    # A table that a later job writes too stands as the last night left it.
    earlier = JOBS[: JOBS.index(job)]
    needed = {name for name in earlier if set(STAGES[name].writes) & set(STAGES[job].reads)}
    assert needed <= before(job, tasks)


@pytest.mark.parametrize("job", JOBS)
def test_a_stage_reads_only_what_some_stage_writes(job):
    written = {table for stage in STAGES.values() for table in stage.writes}
    assert {*STAGES[job].reads, *STAGES[job].continues} <= written


def test_every_entry_point_is_a_console_script_of_the_package(tasks):
    scripts = {
        script.name: script.value
        for script in distribution("colike").entry_points
        if script.group == "console_scripts"
    }
    for job, task in tasks.items():
        called = wheel_task(task)
        assert called.package_name == "colike"
        assert scripts[called.entry_point] == f"colike.jobs.{job}:main"


def test_all_tasks_get_the_common_arguments(tasks):
    for task in tasks.values():
        given = wheel_task(task).parameters
        assert given[::2] == ["--config", "--store", "--data", "--run-id"]
        assert given[3] == "${var.catalog}.${var.schema}"
        assert given[7] == "{{job.run_id}}"


def test_one_night_at_a_time_and_the_gpu_only_where_it_is_used(nightly, tasks):
    assert nightly.max_concurrent_runs == 1
    clusters = {cluster.job_cluster_key: cluster.new_cluster for cluster in nightly.job_clusters}
    assert clusters["cpu"].spark_version.startswith("15.4.x-cpu-ml")
    assert clusters["gpu"].spark_version.startswith("15.4.x-gpu-ml")
    on_gpu = {key for key, task in tasks.items() if task.job_cluster_key == "gpu"}
    assert on_gpu == GPU_JOBS


def test_each_task_installs_the_wheel_that_the_bundle_builds(tasks):
    bundle = read(ROOT / "databricks.yml")
    built = bundle["artifacts"]["colike"]
    assert built == {"type": "whl", "path": ".", "files": [{"source": "dist/${var.wheel}"}]}
    for task in tasks.values():
        wheels = [RESOURCES / library.whl for library in task.libraries if library.whl]
        assert [wheel.resolve() for wheel in wheels] == [ROOT / "dist" / "${var.wheel}"]


def test_the_bundle_has_its_targets_and_declares_every_variable_that_it_uses():
    bundle = read(ROOT / "databricks.yml")
    assert {"dev", "prod"} == set(bundle["targets"])
    assert bundle["include"] == ["conf/resources/*.yml"]
    text = (RESOURCES / "nightly.yml").read_text("utf-8")
    used = {part.split("}")[0] for part in text.split("${var.")[1:]}
    assert used <= set(bundle["variables"])
