"""The bundle as the Databricks CLI sees it for a target: included, merged, variables put in.

`python -m tests.bundle.rendered` writes the golden files again.
"""

import copy
import re
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
GOLDEN = Path(__file__).parent / "golden"
TARGETS = ("dev", "staging", "prod")
REFERENCE = re.compile(r"\$\{([\w.]+)\}")
USER = "someone@example.com"
# What only a workspace or a command line knows.
GIVEN = {
    "wheel": "colike-0.2.0-py3-none-any.whl",
    "warehouse_id": "0123456789abcdef",
    "principal": "00000000-0000-0000-0000-000000000000",
}
IDS = {"resources.jobs.nightly.id": 1}


def bundle(target: str, **variables: str) -> dict[str, Any]:
    """The bundle of a target, every reference replaced; variables as `--var` gives them."""
    whole = _read(ROOT / "databricks.yml")
    for pattern in whole["include"]:
        for path in sorted(ROOT.glob(pattern)):
            whole = merged(whole, _read(path))
    chosen = whole.pop("targets")[target]
    values = {name: one.get("default") for name, one in whole.pop("variables").items()}
    values |= chosen.pop("variables", {}) | GIVEN | variables
    whole = merged(whole, {key: chosen[key] for key in ("workspace", "resources") if key in chosen})
    if chosen["mode"] == "development":
        _as_in_development(whole["resources"])
    context = {
        "var": values,
        "bundle": {"name": whole["bundle"]["name"], "target": target},
        "workspace": {"current_user": {"userName": USER}},
        "resources": whole["resources"],
    }
    return _replaced(whole, context)


def merged(one: Any, other: Any) -> Any:
    """Two mappings as one, the second taking the place of the first where both have a value."""
    if not (isinstance(one, dict) and isinstance(other, dict)):
        return other
    return {
        key: merged(one[key], other[key]) if key in one and key in other else {**one, **other}[key]
        for key in {**one, **other}
    }


def _read(path: Path) -> dict[str, Any]:
    # Anchors are copied, so that a target changes its own copy alone.
    return copy.deepcopy(yaml.safe_load(path.read_text("utf-8")))


def _as_in_development(resources: dict[str, Any]) -> None:
    """Names with the user's in front and schedules paused, as `mode: development` has them."""
    for schema in resources["schemas"].values():
        schema["name"] = f"dev_someone_{schema['name']}"
    for job in resources["jobs"].values():
        job["name"] = f"[dev someone] {job['name']}"
        for trigger in ("schedule", "trigger"):
            if trigger in job:
                job[trigger]["pause_status"] = "PAUSED"


def _replaced(value: Any, context: dict[str, Any]) -> Any:
    if isinstance(value, dict):
        return {key: _replaced(each, context) for key, each in value.items()}
    if isinstance(value, list):
        return [_replaced(each, context) for each in value]
    if not isinstance(value, str):
        return value
    whole = REFERENCE.fullmatch(value)
    if whole is not None:
        return _looked_up(whole[1], context)
    return REFERENCE.sub(lambda found: str(_looked_up(found[1], context)), value)


def _looked_up(name: str, context: dict[str, Any]) -> Any:
    if name in IDS:
        return IDS[name]
    if name.startswith("resources.registered_models.") and name.endswith(".id"):
        model = _looked_up(name.removesuffix(".id"), context)
        return f"{model['catalog_name']}.{model['schema_name']}.{model['name']}"
    found: Any = context
    for part in name.split("."):
        if part not in found:
            raise KeyError(f"${{{name}}} is not declared")
        found = found[part]
    return _replaced(found, context)


def as_text(target: str) -> str:
    """The rendered bundle as its golden file has it."""
    return yaml.safe_dump(bundle(target), sort_keys=False, width=100)


if __name__ == "__main__":
    for each in TARGETS:
        (GOLDEN / f"{each}.yml").write_text(as_text(each), "utf-8")
