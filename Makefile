VENV ?= .venv
PYTHON ?= python3
BIN = $(VENV)/bin

.PHONY: env drill test check format lint types contracts lab lab-down contract faults soak bench clean

# The stamp is newer than pyproject.toml when the environment fits it.
$(VENV)/.stamp: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[drill,test]'
	touch $@

env: $(VENV)/.stamp

drill: env  ## practise on a simulated cloud
	$(BIN)/bluegreen drill

test: env  ## no services needed
	$(BIN)/python -m pytest -n auto -q

format: env
	$(BIN)/ruff format --check .

lint: env
	$(BIN)/ruff check .

types: env
	$(BIN)/mypy

contracts: env
	$(BIN)/lint-imports

check: format lint types contracts test
