"""Delta's jars are fetched once, with one line; a stand-in for spark-submit plays Ivy."""

import re

import pytest

from colike.errors import DependencyError
from colike.spark import jars as spark
from colike.spark import java
from colike.spark.java import JAVA_OPTIONS

IVY_SAYS = """:: resolving dependencies ::
:::: ERRORS
\tServer access error at url https://repo1.maven.org/x.pom (java.net.ConnectException: refused)
Exception in thread "main" java.lang.RuntimeException: [unresolved dependency]
\tat org.apache.spark.deploy.SparkSubmit.main(SparkSubmit.scala)
"""
UNKNOWN = """:::: ERRORS
\tServer access error at url https://repo1.maven.org/x.pom (javax.net.ssl.SSLHandshakeException: \
PKIX path building failed: unable to find valid certification path to requested target)
"""


@pytest.fixture
def submit(tmp_path, monkeypatch):
    """Makes SPARK_HOME/bin/spark-submit of a shell script's lines."""

    def made(*lines):
        script = tmp_path / "home" / "bin" / "spark-submit"
        script.parent.mkdir(parents=True)
        script.write_text("\n".join(["#!/bin/sh", *lines]))
        script.chmod(0o755)
        monkeypatch.setenv("SPARK_HOME", str(tmp_path / "home"))

    return made


def jar_names():
    package, version = spark._delta_package().split(":")[1:]
    return [f"io.delta_{package}-{version}.jar", f"io.delta_delta-storage-{version}.jar"]


def test_missing_jars_are_fetched_behind_one_line_and_only_once(tmp_path, submit, capfd):
    jars = tmp_path / "ivy" / "jars"
    touched = " ".join(str(jars / name) for name in jar_names())
    submit("echo ':: loading settings ::' >&2", f"mkdir -p {jars}", f"touch {touched}")
    settings = {spark.IVY: str(tmp_path / "ivy")}

    first, is_fetched = spark.needed_jars(settings)
    assert is_fetched
    assert capfd.readouterr() == ("", "fetching Delta's jars\n")
    assert [jar.name for jar in first] == jar_names()
    assert spark.needed_jars(settings) == (first, False)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("settings", [{}, {JAVA_OPTIONS: "-Dx=y", "spark.driver.memory": "1g"}])
def test_mirror_and_trust_store_reach_the_fetch(tmp_path, submit, monkeypatch, settings):
    said, store = tmp_path / "said", tmp_path / "cacerts"
    store.touch()
    monkeypatch.setattr(java, "TRUST_STORES", (tmp_path / "none", store))
    submit(f'echo "$@" > {said}')
    spark._fetch_delta_jars({**settings, "spark.jars.repositories": "https://mirror"})
    assert "--conf spark.jars.repositories=https://mirror" in said.read_text()
    (options,) = re.findall(f"--conf {JAVA_OPTIONS}=(.*) \\S+$", said.read_text())
    assert f"-Djavax.net.ssl.trustStore={store}" in options
    assert ("-Dx=y" in options) == (JAVA_OPTIONS in settings)
    assert "memory" not in said.read_text()


def test_a_failed_fetch_is_one_sentence_with_reason_and_remedy(tmp_path, submit):
    submit(f"cat >&2 <<'END'\n{IVY_SAYS}END", "exit 1")
    with pytest.raises(DependencyError) as failed:
        spark.needed_jars({spark.IVY: str(tmp_path / "ivy")})
    assert "repo1.maven.org/x.pom (java.net.ConnectException: refused). Make" in str(failed.value)
    assert "spark.jars.repositories" in str(failed.value)
    assert "\n" not in str(failed.value)


def test_an_unknown_certificate_has_a_remedy_of_its_own(tmp_path, submit):
    submit(f"cat >&2 <<'END'\n{UNKNOWN}END", "exit 1")
    with pytest.raises(DependencyError, match=re.escape("javax.net.ssl.trustStore=FILE")):
        spark.needed_jars({spark.IVY: str(tmp_path / "ivy")})
