VENV ?= .venv
PYTHON ?= python3
BIN = $(VENV)/bin

.PHONY: env drill test slow check format lint types contracts lab lab-down contract faults soak bench docs pictures clean

# The stamp is newer than pyproject.toml when the environment fits it.
$(VENV)/.stamp: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[drill,test]'
	$(BIN)/python -m compileall -q console screens  # pip compiles what it installs, but not what stays editable
	touch $@

env: $(VENV)/.stamp

drill: env  ## practise on a simulated cloud
	$(BIN)/bluegreen drill

test: env  ## no services needed
	$(BIN)/python -m pytest -n 4 --dist worksteal -q

slow: env  ## what takes longer, without services too
	$(BIN)/python -m pytest -n 2 --dist worksteal -q -m slow tests/terminal tests/tui tests/unit

format: env
	$(BIN)/ruff format --check .

lint: env
	$(BIN)/ruff check .

types: env
	$(BIN)/mypy
	find tests -name conftest.py | MYPYPATH=tests xargs -n 1 $(BIN)/mypy --no-error-summary

contracts: env
	$(BIN)/lint-imports

check: format lint types contracts test

lab: env  ## a real OpenStack on this machine: tests/lab/README.md
	$(BIN)/python -m tests.lab up

lab-down: env
	$(BIN)/python -m tests.lab down

contract: env  ## the same assertions on the drill and, where it runs, on the lab
	$(BIN)/python -m pytest -n0 -q tests/contract

POINTS ?= 2
JOBS ?= 6

# Every mishap in every scene, each at so many POINTS of the journal (0: all); its runs mostly wait, so JOBS may be more
# than there are processors. What came of each run is in build/faults.json.
faults: env  ## the runner killed, stopped and raced everywhere; takes a while
	FAULTS_POINTS=$(POINTS) $(BIN)/python -m pytest -n $(JOBS) --dist worksteal -q -m "" tests/faults/test_matrix.py
	$(BIN)/python -m pytest -n0 -q -m "" tests/faults --ignore=tests/faults/test_matrix.py

docs: env  ## write the generated parts of the README anew
	$(BIN)/python tests/readme_sections.py

pictures: env  ## draw the README's picture and those of the walkthrough anew, on a drill: each is another look
	$(BIN)/python tests/readme_picture.py
	$(BIN)/python tests/stage_pictures.py

bench: env  ## first paint, bytes, calls, memory against the bars; the figures in build/bench.json as well
	$(BIN)/python tests/bench/bench.py --json build/bench.json

MINUTES ?= 30

soak: env  ## a fleet with faults that come and go, for MINUTES=30: memory, threads, sockets and keys
	$(BIN)/python tests/soak/soak.py --minutes $(MINUTES) --json build/soak.json

clean:  ## caches and builds; not the environment, not the lab
	rm -rf build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -path ./$(VENV) -prune -o -name __pycache__ -type d -exec rm -rf {} +
