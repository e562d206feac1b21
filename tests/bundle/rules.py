"""What the CLI's schema does not say of the bundle; each rule returns what it finds wrong."""

import re
from importlib.metadata import distribution
from typing import Any

from colike.config import load_config
from colike.errors import ConfigError
from colike.run.chain import JOBS, stages
from colike.run.main import parser_of
from colike.tables.location import CatalogLocation, locate

STAGES = {stage.name: stage for stage in stages(JOBS)}
VOLUME = re.compile(r"/Volumes/([\w-]+)/([\w-]+)/([\w-]+)")
#: They are refused in a bundle whose own run_as is not who deploys it.
REFUSE_RUN_AS = ("dashboards", "alerts", "model_serving_endpoints", "quality_monitors", "apps")


def jobs_of(bundle: dict[str, Any]) -> dict[str, Any]:
    """The jobs that run colike's tasks."""
    jobs = bundle["resources"]["jobs"].items()
    return {name: job for name, job in jobs if "job_clusters" in job}


def cluster_keys(bundle: dict[str, Any]) -> list[str]:
    """Every task's cluster is declared, and every declared one used."""
    found = []
    for name, job in jobs_of(bundle).items():
        declared = {cluster["job_cluster_key"] for cluster in job["job_clusters"]}
        used = {task["job_cluster_key"] for task in job["tasks"]}
        found += [f"{name}: no cluster {key}" for key in sorted(used - declared)]
        found += [f"{name}: nobody uses cluster {key}" for key in sorted(declared - used)]
    return found


def cron_fields(bundle: dict[str, Any]) -> list[str]:
    """Quartz has six fields or seven, and one of the two days is a question mark."""
    resources = bundle["resources"]
    plans = {
        **{name: job["schedule"]["quartz_cron_expression"]
           for name, job in resources["jobs"].items() if "schedule" in job},
        **{name: alert["schedule"]["quartz_cron_schedule"]
           for name, alert in resources["alerts"].items()},
    }  # fmt: skip
    return [
        f"{name}: {plan!r} is no cron of six fields"
        for name, plan in plans.items()
        if len(plan.split()) not in (6, 7) or "?" not in (plan.split()[3], plan.split()[5])
    ]


def order(bundle: dict[str, Any]) -> list[str]:
    """Each task waits for the one before it, in the order of the chain, which its stage needs."""
    found = []
    for name, job in jobs_of(bundle).items():
        keys = [task["task_key"] for task in job["tasks"]]
        if keys != [key for key in JOBS if key in keys]:
            found.append(f"{name}: tasks are {keys}, not in the order of the chain")
        for before, task in zip([None, *keys], job["tasks"], strict=False):
            waits = [one["task_key"] for one in task.get("depends_on", [])]
            if waits != ([] if before is None else [before]):
                found.append(f"{name}: {task['task_key']} waits for {waits}, not for {before}")
    scheduled = {task["task_key"] for job in jobs_of(bundle).values() for task in job["tasks"]}
    found += [f"no job runs {job}" for job in JOBS if job not in scheduled]
    return found


def entry_points(bundle: dict[str, Any]) -> list[str]:
    """Every task's entry point is a console script of the wheel, of its own job."""
    scripts = {
        script.name: script.value
        for script in distribution("colike").entry_points
        if script.group == "console_scripts"
    }
    return [
        f"{task['task_key']}: {task['python_wheel_task']['entry_point']} is not in the wheel"
        for job in jobs_of(bundle).values()
        for task in job["tasks"]
        if scripts.get(task["python_wheel_task"]["entry_point"])
        != f"colike.jobs.{task['task_key']}:main"
    ]


def parameters(bundle: dict[str, Any]) -> list[str]:
    """The job's own parser takes what a task gives it, and the config takes its settings."""
    found = []
    for job in jobs_of(bundle).values():
        given = {f"{{{{job.parameters.{one['name']}}}}}": one["default"]
                 for one in job["parameters"]}  # fmt: skip
        given["{{job.run_id}}"] = "1"
        for task in job["tasks"]:
            words = [given.get(word, word) for word in task["python_wheel_task"]["parameters"]]
            found += [
                f"{task['task_key']}: {word} is no parameter" for word in words if "{{" in word
            ]
            try:
                asked = parser_of(task["task_key"]).parse_args(words)
                load_config(asked.config, asked.overrides)
            except (ConfigError, SystemExit) as error:
                found.append(f"{task['task_key']}: {error}")
    return found


def places(bundle: dict[str, Any]) -> list[str]:
    """Schemas and volumes that tasks, alerts and variables name are made by the bundle."""
    resources = bundle["resources"]
    schemas = {f"{one['catalog_name']}.{one['name']}" for one in resources["schemas"].values()}
    volumes = {
        (one["catalog_name"], one["schema_name"], one["name"])
        for one in resources["volumes"].values()
    }
    found = [
        f"no volume {'.'.join(volume)}"
        for volume in sorted(set(VOLUME.findall(str(resources))) - volumes)
    ]
    for job in jobs_of(bundle).values():
        for task in job["tasks"]:
            words = task["python_wheel_task"]["parameters"]
            store = locate(words[words.index("--store") + 1])
            if not isinstance(store, CatalogLocation) or store.name not in schemas:
                found.append(f"{task['task_key']}: no schema {store.name}")
            files = VOLUME.fullmatch(store.files)
            if files is None or files.groups() not in volumes:
                found.append(f"{task['task_key']}: no volume {store.files}")
    return found


def run_as(bundle: dict[str, Any]) -> list[str]:
    """A bundle with a run_as of its own has nothing that refuses it."""
    if "run_as" not in bundle:
        return []
    return [f"{kind} refuse run_as" for kind in REFUSE_RUN_AS if bundle["resources"].get(kind)]


def libraries(bundle: dict[str, Any]) -> list[str]:
    """Tasks install the wheel that the bundle builds and nothing that moves the runtime's own."""
    built = bundle["artifacts"]["colike"]["files"][0]["source"]
    return [
        f"{task['task_key']}: installs {task['libraries']}"
        for job in jobs_of(bundle).values()
        for task in job["tasks"]
        if task["libraries"] != [{"whl": f"../../{built}"}]
    ]


RULES = (
    cluster_keys, cron_fields, order, entry_points, parameters, places, run_as, libraries,
)  # fmt: skip
