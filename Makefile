# `make` lists the targets. Each sets up what it needs: a Python environment in .venv (packages pinned, with hashes),
# and the local stack's programs (as root on Debian and Ubuntu; elsewhere it says what to install).

PYTHON ?= python3
UV ?= uv
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
BUILD_BACKEND = sed -n 's/^requires = \["\(.*\)"\]$$/\1/p' pyproject.toml
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header

.DEFAULT_GOAL := help
.PHONY: help demo test test-long chaos failures fuzz indicators bench province screenshots check schemas lock stack-install stack-up stack-down

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' $(MAKEFILE_LIST) | while IFS="$$(printf '\t')" read -r name what; do \
		printf '  make %-14s %s\n' "$$name" "$$what"; done

demo: stack-install ## a province, live, on the real broker; DURATION=120 stops by itself
	@$(BIN)/dunghan demo $(if $(DURATION),--duration $(DURATION))

test: $(VENV)/.development stack-install ## the tests; ARGS="-k …" to choose. Those of stacks mostly wait, so three at a time
ifdef ARGS
	$(BIN)/pytest $(ARGS)
else
	$(BIN)/pytest -n 2 tests/unit
	$(BIN)/pytest -n 3 --dist loadfile --durations 10 tests/integration tests/failures
endif

test-long: $(VENV)/.development stack-install ## the tests that wait for minutes: office hours, floods, a monitor taken apart
	$(BIN)/pytest -m long tests/integration $(ARGS)

chaos: $(VENV)/.development stack-install ## workers killed, stopped, woken: 20 runs of each, two hours; then `failures`
	CHAOS_RUNS=$(or $(RUNS),20) CHAOS_EVENTS=200000 $(BIN)/pytest -x -m '' tests/integration/test_identical_state.py $(ARGS)
	$(if $(ARGS),,@$(MAKE) --no-print-directory failures)

failures: $(VENV)/.development stack-install ## all that may fail, on the real parts, half an hour; ARGS="-k …" for one
	FAILURES=all $(BIN)/pytest tests/failures $(ARGS)

fuzz: $(VENV)/.development ## a million mutated records: each is applied or dead-lettered; INPUTS=20000 for fewer
	$(BIN)/python -m tests.fuzz $(or $(INPUTS),1000000)

indicators: $(VENV)/.development stack-install ## a province's month: every indicator against SQL over the raw events
	INDICATORS_DOSSIERS=$(or $(DOSSIERS),60000) INDICATORS_AGENCIES=$(or $(AGENCIES),150) \
		$(BIN)/pytest -s tests/integration/test_indicators.py $(ARGS)

bench: $(VENV)/.development stack-install ## this worker against a stock Faust agent, and event to metric
	$(BIN)/python -m bench $(ARGS)

province: $(VENV)/.development stack-install ## a province's year: memory, recovery, restart, what an event costs; ARGS=…
	$(BIN)/python -m bench.year $(ARGS)

screenshots: $(VENV)/.development stack-install ## the documents' pictures anew, from a seeded run (needs Node.js with npm)
	PYTHONPATH=tests:tests/unit:tests/integration $(BIN)/python -m drawing.screenshots

check: $(VENV)/.development stack-install ## style, types, imports, security, contracts, Prometheus and Alertmanager files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/bandit --quiet --severity-level medium --recursive config streams agents alerts dunghan
	@sh .ci/audit $(BIN)/pip-audit requirements-dev.lock
	$(BIN)/dunghan schemas check
	$(BIN)/dunghan index check
	$(BIN)/dunghan grafana check
	$(BIN)/dunghan alertmanager check
	promtool check config --syntax-only config/prometheus/prometheus.yml # its targets are written where it runs
	promtool check config config/prometheus/compose.yml
	promtool check rules config/prometheus/rules/*.yml
	promtool test rules config/prometheus/tests/*.yml
	amtool check-config config/alertmanager/alertmanager.yml

schemas: $(VENV)/.runtime ## write the JSON Schemas and the AsyncAPI document anew
	$(BIN)/dunghan schemas write

stack-install: $(VENV)/.runtime
	@$(BIN)/dunghan stack install

stack-up: stack-install ## start Kafka, Redis, Prometheus and Alertmanager on loopback
	@$(BIN)/dunghan stack up

stack-down: $(VENV)/.runtime ## stop them
	@$(BIN)/dunghan stack down

lock: ## resolve the dependencies anew and pin them, with hashes (needs uv)
	@command -v $(UV) >/dev/null || { echo "uv is needed: pip install uv, or UV=/path/to/uv" >&2; exit 2; }
	$(COMPILE) pyproject.toml -o requirements.lock
	$(BUILD_BACKEND) | $(COMPILE) --extra dev pyproject.toml - -c requirements.lock -o requirements-dev.lock

# The environment: what runs needs little, what develops needs more. A stamp is touched last, so what was interrupted is
# done again, and so is what a changed lock asks for.
$(VENV)/.runtime: requirements.lock pyproject.toml
	@PYTHON='$(PYTHON)' sh .ci/make-venv '$(VENV)'
	@sed -n '/^setuptools==/,/[^\\]$$/p' requirements-dev.lock > $(VENV)/build.lock
	@$(PIP) --require-hashes -r requirements.lock -r $(VENV)/build.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.development: $(VENV)/.runtime requirements-dev.lock
	@echo "Python: installing the development packages…" >&2
	@$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@
