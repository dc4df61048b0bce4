# Everything one does with this project. `make` lists it. Needs Python 3.11+ and a package registry.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory
SHELL := /bin/bash

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LAUNCH := $(BIN)/python -m config.launch
# Enough of an environment for what looks at the code and never at a database.
NO_DATABASE := SECRET_KEY=no-secret DATABASE_URL=postgres://nobody@127.0.0.1:1/none
# Compiled once for all runs, wherever Python is told to write nothing beside the sources:
# compiling the libraries and tests takes each process eight seconds.
PYTEST := PYTHONDONTWRITEBYTECODE= PYTHONPYCACHEPREFIX=$(CURDIR)/.data/test/pycache \
	$(BIN)/python -m pytest
ARGS ?=

##@ Use it
.PHONY: run
run: env-run ## Start everything at http://127.0.0.1:8000 with the demo (PORT=..., DEMO=no, DATA=folder of a data set, RUBRIC=file)
	@exec $(LAUNCH) run $(if $(PORT),--port "$(PORT)") $(if $(filter no,$(DEMO)),--no-demo) $(if $(DATA),--dataset "$(DATA)") $(if $(RUBRIC),--rubric "$(RUBRIC)")

.PHONY: manage
manage: env-run ## Run a Django command: make manage ARGS="createsuperuser"
	@$(LAUNCH) exec -- $(BIN)/python manage.py $(ARGS)

.PHONY: shell
shell: env-run ## Open a Python shell with the application loaded
	@$(LAUNCH) exec -- $(BIN)/python manage.py shell

##@ Work on it
.PHONY: unit
unit: env-test ## Run the unit suite: what to run after each edit (ARGS="tests/routing -x")
	$(PYTEST) -n 2 --dist worksteal -q --unit -p no:schemathesis $(ARGS)

.PHONY: test
test: env-test check ## Run every check and every test
	EXAMPLES=100 $(PYTEST) -n 2 --dist worksteal -m "not e2e and not browser and not data" $(ARGS)
	$(PYTEST) -m "(e2e or data) and not browser" -p no:randomly $(ARGS)
	$(call run-browser-tests)

# Exit code 5 is "no tests": a tree without browser tests is not a failure.
define run-browser-tests
	@if [ -x /usr/bin/chromium ]; then \
		echo '$(PYTEST) -m browser'; $(PYTEST) -m browser -p no:randomly $(ARGS) || [ $$? -eq 5 ]; \
	else \
		echo 'No /usr/bin/chromium: browser tests are skipped.'; \
	fi
endef

.PHONY: check
check: env-test ## Run every check that needs no test: format, lint, types, imports, migrations
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(NO_DATABASE) $(BIN)/mypy .
	$(BIN)/lint-imports
	$(NO_DATABASE) $(BIN)/python manage.py check
	$(NO_DATABASE) PYTHONWARNINGS=ignore::RuntimeWarning \
		$(BIN)/python manage.py makemigrations --check --dry-run
	@if [ -d templates ]; then echo '$(BIN)/djhtml --tabwidth 2 --check templates'; $(BIN)/djhtml --tabwidth 2 --check templates; fi
	@$(BIN)/python -m tests.sizes

.PHONY: bench
bench: env-bench ## Measure speed against baselines and write docs/benchmarks.md (30 min, idle machine; ARGS="engine growth")
	@$(BIN)/python -m benchmarks $(ARGS)

.PHONY: bench-fill
bench-fill: env-bench ## Fill the database that bench-large measures, and keep it (15 min, busy machine, 30 GB of disk)
	@$(BIN)/python -m benchmarks.filled --leads 1000000

.PHONY: bench-large
bench-large: env-bench ## Measure the scoring engine on a million leads, 50 million hits (30 min if filled, idle machine)
	@$(BIN)/python -m benchmarks engine-large

.PHONY: fmt
fmt: env-test ## Format code and templates, fix what can be fixed
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .
	@if [ -d templates ]; then $(BIN)/djhtml --tabwidth 2 templates; fi

.PHONY: lock
lock: env-test ## Write the lock files (requirements/*.txt) for what requirements/*.in asks
	@for name in app run test bench; do \
		echo "requirements/$$name.txt"; \
		$(BIN)/uv pip compile -q --generate-hashes --universal --python-version 3.11 --no-header \
			--no-emit-index-url --no-emit-find-links requirements/$$name.in \
			-o requirements/$$name.txt || exit 1; \
	done

.PHONY: clean
clean: ## Remove caches and collected files; the environment and your data stay
	rm -rf staticfiles htmlcov .coverage* .mypy_cache .ruff_cache .pytest_cache \
		.import_linter_cache .hypothesis
	rm -rf .data/test
	find . -name __pycache__ -type d -not -path './.venv/*' -prune -exec rm -rf {} +

##@ Help
.PHONY: help
help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} \
		/^##@/ {printf "\n%s\n", substr($$0, 5)} \
		/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo

# The environment is made again only when its lock file changed: the stamp holds its digest.
# `bench` contains `test` and `test` contains `run`: what was made for more also serves for less.
.PHONY: env-run env-test env-bench
env-run:
	@PYTHON="$(PYTHON)" .ci/environment run
env-test:
	@PYTHON="$(PYTHON)" .ci/environment test
env-bench:
	@PYTHON="$(PYTHON)" .ci/environment bench
