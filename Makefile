# Two commands for a newcomer: `make run` and `make test`. `make help` lists the rest.
SHELL := /bin/bash
PY ?= python3
BIN := .venv/bin
NODE := $(BIN)/python tools/node.py
FRONT := $(shell find static/src static/css static/brand static/icons.txt -type f 2>/dev/null) static/build.mjs package.json tsconfig.json

.PHONY: help run scale test test-quick test-gevent prove-policy check lint scan bench bench-live bench-board bench-quick lock clean setup setup-dev

help:  ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## / — /'

run: setup  ## set up what is missing and serve with the demonstration content
	@ETABLI_DEMO=$${ETABLI_DEMO-1} exec $(BIN)/etabli serve

setup: .venv/.ready static/dist/manifest.json build/authorities.json build/fonts/metrics.json workspace/translations/.compiled

setup-dev: .venv/.ready-dev setup

test: setup-dev  ## run every test: units, web, sockets, browser, SQLite and PostgreSQL
	@$(BIN)/python tools/run_tests.py

test-quick: setup-dev  ## the quick part: no browser, no live server
	@$(BIN)/python tools/run_tests.py quick

test-gevent: setup-dev  ## every live test on gevent, the other async mode
	@ETABLI_TEST_ASYNC_MODE=gevent $(BIN)/python tools/run_tests.py tests/live

prove-policy: setup-dev  ## take away each declaration of a right, one by one: a test must notice (a quarter of an hour)
	@$(BIN)/python tools/prove_policy.py $(ONLY)

check: setup-dev lint test  ## everything CI runs

lint: setup-dev  ## lint, types, import contracts, migrations, templates, front end
	@$(BIN)/python tools/check.py

.venv/.venv-made: tools/make_venv.py
	@$(PY) tools/make_venv.py

.venv/.ready: .venv/.venv-made requirements.txt pyproject.toml
	@echo "→ Python packages (about 30 s the first time)"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/.ready-dev: .venv/.ready requirements-dev.txt
	@echo "→ Python packages for the tests"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

node_modules/.ready: package.json package-lock.json | .venv/.ready
	@echo "→ front-end packages"
	@$(NODE) npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

static/dist/manifest.json: node_modules/.ready $(FRONT)
	@echo "→ front end"
	@$(NODE) node static/build.mjs

build/authorities.json: node_modules/.ready tools/build_register.py models/authority.py models/search_text.py
	@echo "→ register of authorities"
	@$(BIN)/python tools/build_register.py

build/fonts/metrics.json: node_modules/.ready tools/build_fonts.py
	@echo "→ fonts of drawings"
	@$(BIN)/python tools/build_fonts.py

workspace/translations/.compiled: .venv/.ready $(wildcard workspace/translations/*/*.po) $(FRONT) tools/translations.py tools/extract_texts.py
	@$(BIN)/python tools/translations.py compile
	@touch $@

lock:  ## write the lock files again after a change of requirements*.in (needs uv)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header requirements.in -o requirements.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header -c requirements.txt requirements-dev.in -o requirements-dev.txt

scale: setup-dev  ## the whole deployment here: three web processes behind Caddy, PostgreSQL, Redis, the worker
	@exec $(BIN)/python tools/scale.py

scan: setup-dev build/scan/.ready  ## public scanners and checkers against a running instance (up to two hours; docs/security.md)
	@exec $(BIN)/python tools/scan/run.py $(ONLY)

build/scan/.ready: tools/scan/requirements.txt tools/scan/package-lock.json | .venv/.ready-dev
	@echo "→ scanners"
	@$(BIN)/python -m venv build/scan/venv
	@build/scan/venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r tools/scan/requirements.txt
	@cp tools/scan/package.json tools/scan/package-lock.json tools/scan/.npmrc build/scan/
	@$(NODE) npm ci --prefix build/scan --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

clean:  ## remove what was built (keeps var/, your data)
	rm -rf .venv node_modules static/dist build

bench: setup-dev  ## measure pages, and live boards beside other servers (more than an hour; see docs/benchmarks.md)
	@$(BIN)/python bench/pages.py
	@$(BIN)/python bench/realtime/run.py

bench-live: setup-dev  ## the main measures of live boards only (a quarter of an hour)
	@$(BIN)/python bench/realtime/run.py --main

bench-board: setup-dev  ## frames and loading of the board in Chromium, beside other renderers (a quarter of an hour)
	@$(BIN)/python bench/renderer/run.py

bench-quick: setup-dev  ## a little of both, under three minutes once the other servers are installed
	@$(BIN)/python bench/pages.py --quick
	@$(BIN)/python bench/realtime/run.py --quick
	@$(BIN)/python bench/renderer/run.py --quick

audit: setup-dev  ## look for known vulnerabilities in the locked Python packages (needs the network)
	@$(BIN)/pip-audit --strict --require-hashes --disable-pip -r requirements-dev.txt
