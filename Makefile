# Everything a new machine needs: Python 3.11 or later, make, and a package registry in reach.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Byte code is kept: else each of the tests' processes compiles everything anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: setup setup-dev demo run test test-others prove lint types bench-check bench-worst bench-routing bench-knowledge clean

setup: $(VENV)/.installed

setup-dev: $(VENV)/.installed-dev

$(VENV)/.installed: requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q engine
	touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

demo: setup
	$(BIN)/engine demo

run: setup
	$(BIN)/engine dev

PYTEST := $(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder

# One of four of the tests that play whole tickets, which take half of all time; others the next day.
test: setup-dev lint types
	$(PYTEST) --tickets some

# Those that `make test` leaves out today: CI runs both.
test-others: setup-dev
	$(PYTEST) --tickets others

# Hours, on a machine with nothing else to do: every test that `make test` runs with a sample, in full.
prove: setup-dev
	ENGINE_PROVE=1 $(BIN)/python -m pytest -s --timeout 14400 $$(grep -rl ENGINE_PROVE tests --include='test_*.py')

lint: setup-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup-dev
	$(BIN)/mypy

# Not gated: figures of one run, beside check-jsonschema, which has an environment of its own.
bench-check: setup-dev
	test -x benchmarks/.venv/bin/python || $(PYTHON) -m venv benchmarks/.venv
	benchmarks/.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r benchmarks/requirements.lock
	$(BIN)/python -m benchmarks.check --schema benchmarks/.venv/bin/check-jsonschema

# Half an hour on two cores, most of it for vectors. `--folder DIR` keeps the index; `scale` makes 1,000,000 vectors.
bench-knowledge: setup-dev
	$(BIN)/python -m benchmarks.knowledge

bench-worst: setup-dev
	$(BIN)/python -m benchmarks.worst

# Needs ../shared/data/banking77; embeds 13,083 texts, which takes some minutes.
bench-routing: setup-dev
	$(BIN)/python -m benchmarks.routing

clean:
	rm -rf $(VENV) build dist *.egg-info .engine
