"""The zip, which is the wheel under another name, has all that a job needs."""

from configparser import ConfigParser
from pathlib import Path
from zipfile import ZipFile

import pytest

from colike.run.chain import JOBS

ROOT = Path(__file__).parents[2]


@pytest.fixture
def content(package):
    with ZipFile(package) as opened:
        return {name: opened.read(name).decode("utf-8", "replace") for name in opened.namelist()}


def test_every_file_of_conf_is_inside(content):
    files = [path for path in (ROOT / "conf").rglob("*.*") if "__pycache__" not in path.parts]
    wanted = {f"colike/{path.relative_to(ROOT)}" for path in files if path.is_file()}
    assert wanted
    assert wanted <= set(content)


@pytest.fixture
def entry_points(content):
    (name,) = (name for name in content if name.endswith(".dist-info/entry_points.txt"))
    parsed = ConfigParser()
    parsed.read_string(content[name])
    return parsed


def test_every_job_has_a_console_script_and_so_has_the_command_line(entry_points):
    jobs = {f"colike-{job}": f"colike.jobs.{job}:main" for job in JOBS}
    assert dict(entry_points["console_scripts"]) == {"colike": "colike.cli.main:main", **jobs}


def test_the_chain_finds_the_stage_of_every_job_by_its_entry_point(entry_points):
    assert dict(entry_points["colike.jobs"]) == {job: f"colike.jobs.{job}:STAGE" for job in JOBS}


def test_a_cluster_brings_its_own_spark(content):
    (name,) = (name for name in content if name.endswith(".dist-info/METADATA"))
    needed = [line for line in content[name].splitlines() if line.startswith("Requires-Dist:")]
    unconditional = [line for line in needed if "extra ==" not in line]
    assert unconditional
    assert not any("pyspark" in line or "delta-spark" in line for line in unconditional)
