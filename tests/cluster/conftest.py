"""The package as a cluster gets it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import colike

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def package(tmp_path_factory):
    """The zip as `make zip` makes it, built outside the repository."""
    source = tmp_path_factory.mktemp("source")
    for folder in ("lib", "jobs", "conf"):
        shutil.copytree(ROOT / folder, source / folder, ignore=shutil.ignore_patterns("*.egg-info"))
    for file in ("setup.py", "pyproject.toml", "README.md"):
        shutil.copy(ROOT / file, source)
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", "dist"]
    subprocess.run(build, cwd=source, check=True, capture_output=True)
    (wheel,) = (source / "dist").glob("*.whl")
    return Path(shutil.copy(wheel, source / f"colike-{colike.__version__}.zip"))
