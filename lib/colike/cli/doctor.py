"""`colike doctor`: what this machine has, what is wrong, and how to mend it."""

import json
import os
import platform
import shutil
import subprocess
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

import typer
from rich.table import Table

from colike.cli.options import DEFAULT_STORE, JsonOption, StoreOption
from colike.cli.output import wide_console
from colike.errors import DependencyError
from colike.spark import session
from colike.spark.jars import delta_jars
from colike.spark.java import java_home

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


@dataclass(frozen=True)
class Finding:
    """One thing looked at: `state` is ok, optional (missing, not needed) or wrong."""

    what: str
    state: str
    found: str
    remedy: str = ""


def command(store: StoreOption = DEFAULT_STORE, as_json: JsonOption = False) -> None:
    """Look at versions, Java, jars, memory, GPU and write access; say what to mend."""
    looks: list[Callable[[], Finding]] = [_python, _java, _jars, _memory, _gpu]
    findings = [look() for look in looks]
    findings += [_library(name, extra) for name, extra in LIBRARIES.items()]
    findings.append(_writable(Path(store)))
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings]))
    else:
        _print(findings)
    wrong = [finding.what for finding in findings if finding.state == "wrong"]
    if wrong:
        raise DependencyError(f"{', '.join(wrong)}: to be mended as said above.")


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


def _writable(store: Path) -> Finding:
    folder = store.absolute()
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
    wide_console().print(table)
