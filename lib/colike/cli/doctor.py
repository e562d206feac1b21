"""`colike doctor`: what this machine has, what is wrong, and how to mend it."""

import json
import os
import platform
import shutil
import subprocess
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from importlib import metadata
from pathlib import Path

import typer
from rich.table import Table

from colike.cli.finding import Finding
from colike.cli.health import store_findings
from colike.cli.options import DEFAULT_STORE, JsonOption, StoreOption
from colike.errors import DependencyError
from colike.printing import say
from colike.queries.output import wide_screen
from colike.spark import session
from colike.spark.jars import delta_jars
from colike.spark.java import java_home
from colike.tables.location import FolderLocation, locate

NAME = "doctor"
LIBRARIES = {
    "pyspark": "local",
    "delta-spark": "local",
    "faiss-cpu": "faiss",
    "torch": "train",
    "transformers": "train",
    "sentence-transformers": "train",
    "accelerate": "train",
    "petastorm": "petastorm",
    "xgboost": "ranker",
    "openai": "openai",
}
OPTIONAL = {"petastorm", "xgboost", "openai"}
# Other distributions of the same module.
ALSO = {"xgboost": "xgboost-cpu"}
LEAST_MEMORY = 4 * 2**30
LEAST_PYTHON = (3, 11)
JAVA_SECONDS = 20
#: Exit code.
SLOW = 3


def command(store: StoreOption = DEFAULT_STORE, as_json: JsonOption = False) -> None:
    """Look at this machine, and at every file of the store if there is one; say what to mend.

    Exit code 2: something is wrong. 3: nothing is, but a job took twice its usual time.
    """
    looks: list[Callable[[], Finding]] = [_python, _java, _jars, _memory, _gpu]
    findings = [look() for look in looks]
    findings += [_library(name, extra) for name, extra in LIBRARIES.items()]
    findings += _store(store)
    if as_json:
        say(json.dumps([asdict(finding) for finding in findings]))
    else:
        _print(findings)
    wrong = [finding.what for finding in findings if finding.state == "wrong"]
    if wrong:
        raise DependencyError(f"{', '.join(wrong)}: to be mended as said above.")
    if any(finding.state == "slow" for finding in findings):
        raise typer.Exit(SLOW)


def _python() -> Finding:
    version = platform.python_version()
    major, minor, _ = version.split(".", 2)
    if (int(major), int(minor)) < LEAST_PYTHON:
        return Finding("python", "wrong", version, "install Python 3.11")
    return Finding("python", "ok", version)


def _java() -> Finding:
    home = java_home()
    program = str(home / "bin" / "java") if home else shutil.which("java")
    if program is None:
        return Finding("java", "wrong", "none", "pip install 'colike[local]'")
    try:
        said = subprocess.run(
            [program, "-version"], capture_output=True, text=True, timeout=JAVA_SECONDS, check=True
        ).stderr
    except (OSError, subprocess.SubprocessError) as error:
        return Finding("java", "wrong", f"{program}: {error}", "unset JAVA_HOME, or mend it")
    return Finding("java", "ok", f"{said.splitlines()[0]} in {program}")


def _jars() -> Finding:
    """Delta's jars come with the first session, so one is started where they are missing."""
    try:
        if not delta_jars():
            session({"spark.master": "local[1]"}).stop()
        found = delta_jars()
    except DependencyError as error:
        return Finding("delta jars", "wrong", str(error), "open the way to Maven Central once")
    return Finding("delta jars", "ok", ", ".join(jar.name for jar in found))


def _memory() -> Finding:
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    text = f"{total / 2**30:.1f} GiB, {os.cpu_count()} cores"
    if total < LEAST_MEMORY:
        return Finding("memory", "wrong", text, "4 GiB are needed; use a larger machine")
    return Finding("memory", "ok", text)


def _gpu() -> Finding:
    if shutil.which("nvidia-smi") is None:
        return Finding("gpu", "optional", "none", "training and encoding run on the CPU")
    said = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True, check=False).stdout
    return Finding("gpu", "ok", said.strip() or "none visible")


def _library(name: str, extra: str) -> Finding:
    for distribution in dict.fromkeys((name, ALSO.get(name, name))):
        with suppress(metadata.PackageNotFoundError):
            return Finding(name, "ok", metadata.version(distribution))
    state = "optional" if name in OPTIONAL else "wrong"
    return Finding(name, state, "not installed", f"pip install 'colike[{extra}]'")


def _store(where: str) -> list[Finding]:
    location = locate(where)
    folder = location.local if isinstance(location, FolderLocation) else None
    findings = [] if folder is None else [_writable(folder)]
    if folder is None or (folder / "tables").is_dir():
        findings += store_findings(where)
    return findings


def _writable(folder: Path) -> Finding:
    while not folder.exists():
        folder = folder.parent
    if os.access(folder, os.W_OK):
        free = shutil.disk_usage(folder).free / 2**30
        return Finding("store", "ok", f"{folder} can be written, {free:.0f} GiB free")
    return Finding("store", "wrong", f"{folder} cannot be written", "give another --store")


def _print(findings: list[Finding]) -> None:
    table = Table("what", "state", "found", "remedy")
    for finding in findings:
        table.add_row(finding.what, finding.state, finding.found, finding.remedy)
    wide_screen().print(table)
