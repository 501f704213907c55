# Everything a developer does here. `make` alone lists it.

PYTHON ?= python3
ARGS ?=
SINCE ?= HEAD
VENV := .venv
BIN := $(VENV)/bin
PROJECTS := chassis services/registry services/complaints services/evaluation gateway dev
OWN := prima-chassis prima-registry prima-complaints prima-evaluation prima-gateway prima-devstack
MANIFESTS := $(PROJECTS:%=%/pyproject.toml)
READY := $(VENV)/.ready
UV := $(shell command -v uv 2>/dev/null)

# Without compiled modules four programs need three times as long to start.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help run demo test faults check format bench migrate train revision openapi lock backup restore psql status clean

help:  ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(READY)  ## start the platform on this machine, with its own PostgreSQL; Ctrl-C stops it
	@exec $(BIN)/python -m devstack run

demo: $(READY)  ## walk through the whole journey on a running platform, or on one that it starts
	@exec $(BIN)/python -m devstack demo

status: $(READY)  ## say which programs are ready
	@$(BIN)/python -m devstack status || true

test: $(READY)  ## run the tests; ARGS= is passed on to pytest
	@$(BIN)/pytest -n 2 --dist loadgroup $(ARGS)

faults: $(READY)  ## kill and stop what can die under load, and count what is left; ARGS= is passed on
	@$(BIN)/pytest tests/faults $(ARGS)

check: $(READY)  ## check format, lint, types, import rules and migrations
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy $(PROJECTS:%=%/src)
	$(BIN)/lint-imports
	$(BIN)/python -m devstack lint-migrations

format: $(READY)  ## format the code and mend what can be mended without thought
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(READY)  ## run the benchmarks; ARGS= is passed on
	@$(BIN)/python -m benchmarks $(ARGS)

migrate: $(READY)  ## bring the four databases to the newest schema
	@$(BIN)/python -m devstack migrate

train: $(READY)  ## train the model that suggests categories on what officers decided, and print how often it errs
	@exec $(BIN)/python -m devstack train

revision: $(READY)  ## draft a migration: SERVICE=registry MESSAGE="add posts"
	@test -n "$(SERVICE)" -a -n "$(MESSAGE)" || { echo 'Say for what: make revision SERVICE=registry MESSAGE="add posts"'; exit 2; }
	@$(BIN)/python -m devstack revision "$(SERVICE)" "$(MESSAGE)"

openapi: $(READY)  ## write docs/openapi from the programs and say what breaks since SINCE=HEAD
	@$(BIN)/python -m devstack openapi --since "$(SINCE)"

psql: $(READY)  ## open a database's shell: SERVICE=registry
	@test -n "$(SERVICE)" || { echo 'Say whose: make psql SERVICE=registry'; exit 2; }
	@exec $(BIN)/python -m devstack psql "$(SERVICE)"

backup: $(READY)  ## dump the four databases into var/backups; the platform may run
	@$(BIN)/python -m devstack backup

restore: $(READY)  ## put back a backup: BACKUP=var/backups/…; the platform must not run
	@test -n "$(BACKUP)" || { echo 'Say which: make restore BACKUP=var/backups/2026-01-31T120000.000000Z'; exit 2; }
	@$(BIN)/python -m devstack restore "$(BACKUP)"

lock:  ## pin every dependency anew in requirements.lock (needs uv)
	@test -n "$(UV)" || { echo 'uv is needed to make the lock file: pip install uv'; exit 2; }
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --custom-compile-command "make lock" \
		$(OWN:%=--no-emit-package %) $(MANIFESTS) --group pyproject.toml:check -o requirements.lock

clean:  ## remove the environment and all caches; data in var/ stay
	@rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -not -path './var/*' -prune -exec rm -rf {} +

# The environment is made from the lock file, every package checked against its digest; uv is used where it is found.
$(READY): requirements.lock $(MANIFESTS)
	@command -v $(PYTHON) >/dev/null || { echo 'Python 3.11 or newer is needed: install it, or name it: make PYTHON=/path/to/python3'; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed, this is $$($(PYTHON) -V): name another: make PYTHON=/path/to/python3"; exit 2; }
ifeq ($(UV),)
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "This Python can't make environments: install its venv module (Debian, Ubuntu: apt install python3-venv)"; exit 2; }
	@echo 'Making the environment in $(VENV), once: about half a minute'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-compile --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation $(PROJECTS:%=-e ./%)
else
	@echo 'Making the environment in $(VENV), once'
	@$(UV) venv --quiet --allow-existing --python $(PYTHON) $(VENV)
	@$(UV) pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation $(PROJECTS:%=-e ./%)
endif
	@touch $@
