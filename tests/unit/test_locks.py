"""Every lock names each package with one version and the hashes of its files."""

import re
from pathlib import Path

import pytest

FOLDER = Path("requirements")
LOCKS = sorted(path.stem for path in FOLDER.glob("*.in"))
PACKAGE = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)")


def packages(name):
    """The packages of a lock: their versions, and what stands below each up to the next."""
    text = (FOLDER / f"{name}.txt").read_text("utf-8")
    found = {}
    for line in text.splitlines():
        named = PACKAGE.match(line)
        if named:
            found[named[1]] = (named[2], [])
        elif found:
            found[list(found)[-1]][1].append(line.strip())
    return found


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_of_a_lock_has_hashes(name):
    locked = packages(name)
    assert locked
    without = [
        package
        for package, (_, lines) in locked.items()
        if not any(line.startswith("--hash=sha256:") for line in lines)
    ]
    assert without == []


def test_the_installer_is_the_one_that_made_the_environment():
    assert packages("uv")["uv"][0] == packages("dev")["uv"][0]
