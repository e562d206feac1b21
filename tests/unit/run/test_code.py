"""The code version in stage keys: what a job can reach counts, and only what it does."""

import sys
from pathlib import Path

import pytest

from colike.run import code
from colike.run.code import code_version, reachable


@pytest.fixture
def changed(monkeypatch):
    """Gives a job's code version as if a module's source were another one."""
    source = code._source

    def version(job, module, before, after):
        def edited(name):
            text = source(name)
            if name == module:
                assert before in text, f"{module} has no {before!r}"
                return text.replace(before, after)
            return text

        code._parsed.cache_clear()
        code_version.cache_clear()
        monkeypatch.setattr(code, "_source", edited)
        try:
            return code_version(f"colike.jobs.{job}")
        finally:
            monkeypatch.setattr(code, "_source", source)
            code._parsed.cache_clear()
            code_version.cache_clear()

    return version


def test_a_changed_constant_of_training_is_new_code_to_train_and_none_to_ingest(changed):
    edit = ("colike.training.nearest", "_ROWS = ", "_ROWS = 1 + ")
    assert changed("train", *edit) != code_version("colike.jobs.train")
    assert changed("ingest", *edit) == code_version("colike.jobs.ingest")


@pytest.mark.parametrize(
    "after",
    ["# An explanation.\n_ROWS = ", "\n\n_ROWS = ", "_ROWS  =  "],
    ids=["comment", "empty lines", "layout"],
)
def test_comments_and_layout_change_no_version(changed, after):
    edited = changed("train", "colike.training.nearest", "_ROWS = ", after)
    assert edited == code_version("colike.jobs.train")


def test_docstrings_change_no_version(changed):
    first = code._source("colike.training.nearest").splitlines()[0]
    edited = changed("train", "colike.training.nearest", first, '"""Another docstring."""')
    assert edited == code_version("colike.jobs.train")


def test_a_job_reaches_what_it_imports_inside_functions_and_the_packages_above():
    modules = reachable("colike.jobs.train")
    assert {"colike.training.worker", "colike.training.fit", "colike.training"} <= modules
    assert "colike.jobs.ingest" not in modules
    assert "colike.cli.main" not in modules


def test_no_module_is_imported_to_be_hashed():
    before = set(sys.modules)
    code_version("colike.jobs.train")
    new = {name for name in set(sys.modules) - before if name.startswith("colike.")}
    assert not {name for name in new if name.startswith(("colike.training", "colike.launch"))}


def test_versions_are_the_same_in_a_wheel_on_the_path(tmp_path, monkeypatch):
    """Sources are read through the import system, so that a zip of modules works too."""
    import zipfile

    folder = Path(code.__file__).parents[2]
    archive = tmp_path / "modules.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        for name in ("__init__", "errors", "columns"):
            zipped.write(folder / "colike" / f"{name}.py", f"elsewhere/{name}.py")
    monkeypatch.setattr(code, "PACKAGE", "elsewhere")
    monkeypatch.syspath_prepend(str(archive))
    code._spec.cache_clear()
    code._parsed.cache_clear()
    assert reachable("elsewhere.errors") == {"elsewhere.errors"}
    code._spec.cache_clear()
    code._parsed.cache_clear()
