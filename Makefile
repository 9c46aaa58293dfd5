# Two commands do everything on a fresh machine: `make demo` and `make test`. `make check` is the rest of CI.
SHELL := /bin/bash
PY := .venv/bin/python
UV := .venv/bin/uv
BOOT := .venv/.bootstrapped
RUN := .venv/.installed
DEV := .venv/.installed-dev
# The SQL console is an extra: where there is no npm, everything else works without it.
HTML_CHECK := $(if $(shell command -v npm),tests/exports/html_check/node_modules/.installed)
CONSOLE := $(if $(shell command -v npm),exports/console/dist/engine.mjs)

.PHONY: help install console html-check demo test check format docs publish-schema lock clean

help: ## list the commands
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 16

install: $(RUN) ## create .venv with Kabarchy in it

$(BOOT): requirements-bootstrap.lock
	python3 -m venv .venv
	.venv/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-bootstrap.lock
	@touch $@

# Compiled here once (10 s): every crawl is a process, and where Python may not keep what it compiles
# (PYTHONDONTWRITEBYTECODE, images that are read-only) each would spend a second and more on it.
$(RUN): $(BOOT) requirements.lock pyproject.toml
	$(UV) pip install --quiet --python $(PY) --compile-bytecode --no-deps --require-hashes -r requirements.lock
	$(UV) pip install --quiet --python $(PY) --no-deps --no-build-isolation --editable .
	$(PY) -m compileall -q scrapers warehouse exports flows samples
	@touch $@

$(DEV): $(RUN) requirements-dev.lock
	$(UV) pip install --quiet --python $(PY) --compile-bytecode --no-deps --require-hashes -r requirements-dev.lock
	@touch $@

console: $(CONSOLE) ## build the SQL engine of the catalogue's console page (needs npm)

exports/console/dist/engine.mjs: exports/console/package-lock.json exports/console/engine.mjs exports/console/build.mjs
	cd exports/console && npm ci --silent --ignore-scripts && node build.mjs || echo "The SQL console could not be built; everything else works without it."

demo: install $(CONSOLE) ## crawl the sample world for two days, load, publish, say where to look
	.venv/bin/kabarchy demo

html-check: $(HTML_CHECK) ## install the checker of the catalogue's HTML for the tests (needs npm)

tests/exports/html_check/node_modules/.installed: tests/exports/html_check/package-lock.json
	cd tests/exports/html_check && npm ci --silent --ignore-scripts && touch node_modules/.installed || echo "html-validate could not be installed; its test will skip."

# The order is that of tests/conftest.py, longest first; pytest-xdist's own is by number of tests, which says nothing.
# What pytest compiles is kept, whatever the environment says: each of its processes would spend 3 s on it.
test: $(DEV) $(CONSOLE) $(HTML_CHECK) ## run all tests
	PYTHONDONTWRITEBYTECODE= $(PY) -m pytest -n 3 --dist loadfile --no-loadscope-reorder

check: $(DEV) ## format, lint, types, import contracts, size budgets
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	$(PY) -m pytest -q tests/test_architecture.py

format: $(DEV) ## format the code and mend what ruff can mend
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

docs: $(RUN) ## write DATA.md and the schema files from the contract
	$(PY) -m scrapers.dictionary > DATA.md
	$(PY) -m exports.schemas exports/schema

publish-schema: $(RUN) ## list the schema files as published, once a release of ours carries them: they never change again
	$(PY) -m exports.schemas exports/schema --publish

lock: $(BOOT) ## renew the three hash-pinned locks (they hold no addresses)
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url requirements-bootstrap.in -o requirements-bootstrap.lock
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url pyproject.toml -o requirements.lock
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --extra dev pyproject.toml -o requirements-dev.lock

clean: ## remove the environment and the demo's data
	rm -rf .venv demo-data build *.egg-info exports/console/node_modules exports/console/dist tests/exports/html_check/node_modules
