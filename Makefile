# What a developer types. `make demo` and `make test` work on a fresh machine with Python 3.11.
PYTHON ?= python3.11
BIN := .venv/bin
INSTALLED := .venv/.installed
READY := .venv/.ready
UV := VIRTUAL_ENV="$(CURDIR)/.venv" $(BIN)/uv
DEMO := build/demo
DEMO_USERS := 1 2 3
BENCH := build/benchmarks.json
SITE := build/site
COMPILE := $(BIN)/uv pip compile --quiet --generate-hashes --python-version 3.11 \
	--custom-compile-command "make lock"
ANYWHERE := --universal --override requirements/overrides.txt
# A package whose hash is not the lock's is not installed.
SYNC := $(BIN)/uv pip sync --quiet --require-hashes

.PHONY: help setup demo lint check test test-cluster test-dbr chaos audit bench site pages lock wheel zip deploy clean

help:
	@echo "make demo   the whole chain on a small generated data set, into $(DEMO)"
	@echo "make check  ruff, mypy, the floors of the library, and tests without Spark and torch"
	@echo "make test   everything that must hold: make check's tools and all tests"
	@echo "make test-cluster  all jobs by spark-submit on a master and two workers of this machine"
	@echo "make test-dbr LEG=15.4  the bundle's tasks on a Databricks runtime's own versions; or LEG=18"
	@echo "make chaos  kills, damages and odd inputs for 90 to 120 minutes on two cores, CHAOS_SEED=1"
	@echo "make audit  known faults and licences of what is installed, risky calls, build/sbom.json"
	@echo "make bench  colike beside its peers on generated data, into $(BENCH)"
	@echo "make site   the documentation, into $(SITE); a broken link fails it"
	@echo "make pages  the pages of docs/ that are made from tables, commands and settings"
	@echo "make setup  the virtual environment .venv (the other targets call it)"
	@echo "make wheel  dist/colike-VERSION-py3-none-any.whl"
	@echo "make zip    dist/colike-VERSION.zip, for spark-submit --py-files"
	@echo "make deploy the Databricks bundle with the wheel of this commit, TARGET=dev or prod"
	@echo "make lock   requirements/*.txt from requirements/*.in"
	@echo "make clean  removes build/ and dist/"

setup: $(READY)

# The locks name every package with its version, so nothing is resolved here: uv installs what
# they say, although petastorm asks for an older setuptools (see requirements/overrides.txt).
$(INSTALLED): requirements/dev.txt requirements/uv.txt
	test -x $(BIN)/pip || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	VIRTUAL_ENV="$(CURDIR)/.venv" $(SYNC) requirements/dev.txt
	touch $(INSTALLED)

# The package itself, as it lies here; a job's file may bring a console script of its own.
$(READY): $(INSTALLED) setup.py $(wildcard jobs/*.py)
	$(UV) pip install --quiet --no-deps --no-build-isolation --editable .
	$(BIN)/python -c "from colike.spark.archive import main; main()"
	touch $(READY)

demo: setup
	$(BIN)/colike generate --users 2000 --items 600 --ratings 120000 --seed 1 --out $(DEMO)/data
	$(BIN)/colike run conf/demo.yml --data $(DEMO)/data --store $(DEMO)/store
	$(BIN)/colike leaderboard --store $(DEMO)/store
	$(BIN)/colike recommend $(DEMO_USERS) -k 5 --source finetuned --store $(DEMO)/store
	@echo "Report: $$(ls -t $(DEMO)/store/files/reports/*.html | head -1)"

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

# Numba keeps compiled kernels there, whatever becomes of __pycache__.
export NUMBA_CACHE_DIR := $(CURDIR)/build/numba
PYTEST := $(BIN)/pytest -n 2

check: lint
	$(PYTEST) -m "not spark and not torch and not cluster and not browser"

# Pytest's own summary is the last line.
test: lint
	$(PYTEST)

# An hour or two of faults on two cores (docs/operations.md, Faults tried): fifty nights, kills, edits, disks, clocks,
# readers, generated files of any form against a brute-force reader, configs and templates of any form. A worker for
# each core, and the longest tests first.
CHAOS_SEED ?= 1
CHAOS_WORKERS ?= $(shell nproc)
chaos: setup
	CHAOS=1 CHAOS_SEED=$(CHAOS_SEED) $(PYTEST) -n $(CHAOS_WORKERS) --maxprocesses=8 \
		--no-loadscope-reorder --hypothesis-profile=chaos \
		--hypothesis-seed=$(CHAOS_SEED) tests/unit/data/test_any_form.py \
		tests/unit/data/test_any_template.py tests/unit/config/test_any_config.py tests/chaos

# Its tools have an environment of their own; pip-audit needs the internet and is skipped without.
AUDIT := build/audit

audit: setup
	test -x $(AUDIT)/bin/python || $(BIN)/uv venv --quiet --python 3.11 $(AUDIT)
	VIRTUAL_ENV="$(CURDIR)/$(AUDIT)" $(SYNC) requirements/audit.txt
	AUDIT=$(AUDIT) $(BIN)/pytest -n0 tests/audit

# What fits in half an hour; `python -m benchmarks similarity` alone runs every case and system.
bench: setup
	$(BIN)/python -m benchmarks similarity --json $(BENCH) --case 10%
	$(BIN)/python -m benchmarks similarity --json $(BENCH) --case 100% --system tiled
	$(BIN)/python -m benchmarks similarity --json $(BENCH) --case 400% --system tiled
	$(BIN)/python -m benchmarks table --json $(BENCH) similarity

# Strict by mkdocs.yml; tests build it too.
site: setup
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --site-dir $(SITE)
	@echo "Site: $(SITE)/index.html"

pages: setup
	$(BIN)/python -m colike.tables.docs > docs/tables.md
	$(BIN)/python -m colike.cli.docs > docs/commands.md
	$(BIN)/python -m colike.config.docs > docs/settings.md

lock: setup
	$(COMPILE) $(ANYWHERE) requirements/local.in -o requirements/local.txt
	$(COMPILE) $(ANYWHERE) requirements/forward.in -o requirements/forward.txt
	$(COMPILE) $(ANYWHERE) requirements/dev.in -o requirements/dev.txt
	for name in uv runtime-15.4 runtime-18 moto audit; do \
		$(COMPILE) requirements/$$name.in -o requirements/$$name.txt || exit 1; done

# A standalone master and two workers on this machine, and an S3 server of its own environment.
MOTO := build/moto

test-cluster: setup
	test -x $(MOTO)/bin/python || $(BIN)/uv venv --quiet --python 3.11 $(MOTO)
	VIRTUAL_ENV="$(CURDIR)/$(MOTO)" $(SYNC) requirements/moto.txt
	CLUSTER=1 $(BIN)/pytest -n0 tests/cluster

# A Databricks runtime's own versions, and the bundle's tasks on them.
LEG ?= 15.4
LEG_HOME := build/dbr-$(LEG)

test-dbr: wheel
	test -x $(LEG_HOME)/bin/python || $(BIN)/uv venv --quiet --python 3.11 $(LEG_HOME)
	VIRTUAL_ENV="$(CURDIR)/$(LEG_HOME)" $(SYNC) requirements/runtime-$(LEG).txt
	LEG=$(LEG) $(BIN)/pytest -n0 tests/runtime

wheel: setup
	rm -rf build/lib build/bdist.* dist/colike-*.whl
	$(BIN)/python -m build --wheel --no-isolation --outdir dist

# Executors import modules from .zip and .egg files, not from .whl; the content is the same.
zip: wheel
	wheel=$$(ls dist/colike-*-py3-none-any.whl) && \
		cp "$$wheel" "$${wheel%-py3-none-any.whl}.zip"

TARGET ?= dev
deploy: wheel
	databricks bundle deploy -t $(TARGET) --var "wheel=$$(basename dist/colike-*.whl)"

clean:
	rm -rf build dist
