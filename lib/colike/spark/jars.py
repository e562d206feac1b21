"""Delta's jars for local sessions, fetched by Ivy on the first start."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import pyspark
from pyspark.sql import SparkSession

from colike.errors import DependencyError, clipped
from colike.printing import say
from colike.spark.java import JAVA_OPTIONS, java_options

JARS = "spark.jars."
IVY = "spark.jars.ivy"
IVY_FOLDER = Path.home() / ".ivy2"
# How the lines begin that say why Ivy has failed, the most telling ones first.
FETCH_ERRORS = ("Server access error", "Exception in thread", "Error")
UNREACHABLE = (
    f"Make Maven Central reachable once, or set {JARS}repositories in the config's section spark "
    "to a mirror."
)
CERTIFICATES = (
    "Java does not know the certificate of that server, or of a proxy before it: set "
    f"{JAVA_OPTIONS}=-Djavax.net.ssl.trustStore=FILE in the config's section spark to a file of "
    "certificates that has it."
)


def delta_jars(ivy: Path = IVY_FOLDER) -> list[Path]:
    """Return Delta's jars as the first start left them in Ivy's folder; empty before that.

    What else Ivy fetches with them is among Spark's own jars (antlr), or a client of Unity Catalog
    that only its catalogs use.
    """
    group, package, version = _delta_package().split(":")
    found = [ivy / "jars" / f"{group}_{name}-{version}.jar" for name in (package, "delta-storage")]
    return found if all(jar.is_file() for jar in found) else []


def needed_jars(settings: Mapping[str, str]) -> tuple[list[Path], bool]:
    """Return Delta's jars, and whether they were missing and have been fetched.

    Sessions take them as files: Ivy's resolution takes seconds at each start.
    """
    ivy = Path(settings.get(IVY, IVY_FOLDER))
    found = delta_jars(ivy)
    if not found:
        say("fetching Delta's jars", sys.stderr)
        _fetch_delta_jars({**settings, IVY: str(ivy)})
        return delta_jars(ivy), True
    return found, False


def _fetch_delta_jars(settings: Mapping[str, str]) -> None:
    """Let spark-submit resolve Delta in a process of its own, which keeps Ivy's report to itself.

    Raises:
        DependencyError: They cannot be had, with why and what to do.
    """
    home = Path(os.environ.get("SPARK_HOME") or Path(pyspark.__file__).parent)
    kept = {key: value for key, value in settings.items() if key.startswith(JARS)}
    kept[JAVA_OPTIONS] = java_options(settings)
    options = [part for key, value in kept.items() for part in ("--conf", f"{key}={value}")]
    with TemporaryDirectory(prefix="colike-jars-") as folder:
        nothing = Path(folder) / "nothing.py"
        nothing.touch()
        submit = [str(home / "bin" / "spark-submit"), "--packages", _delta_package()]
        command = [*submit, *options, str(nothing)]
        ended = subprocess.run(
            command, capture_output=True, text=True, errors="replace", check=False
        )
    if ended.returncode:
        reason = _reason(ended.stderr)
        remedy = CERTIFICATES if "certificat" in reason else UNREACHABLE
        raise DependencyError(f"Delta's jars could not be fetched: {reason}. {remedy}")


def _reason(report: str) -> str:
    lines = [line.strip() for line in report.splitlines() if line.strip()]
    telling = [line for start in FETCH_ERRORS for line in lines if line.startswith(start)]
    return clipped((telling or lines[-1:] or ["spark-submit failed"])[0], 300)


def _delta_package() -> str:
    """Return the Maven coordinates that the installed delta-spark gives for its jars.

    They name Scala's version, and since Delta 4.1 Spark's too.

    Raises:
        DependencyError: There is none.
    """
    try:
        from delta import configure_spark_with_delta_pip
    except ImportError as error:
        raise DependencyError(
            "delta-spark is not installed; install the extra: pip install 'colike[local]'."
        ) from error
    builder = configure_spark_with_delta_pip(SparkSession.Builder())
    return str(builder._options["spark.jars.packages"])
