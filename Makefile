# Everything is set up in .venv, from a bare clone, with only Python (3.10 or newer) and make.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin

.PHONY: test demo check format benchmark clean

test: $(VENV)/.ready
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 8

demo: $(VENV)/.ready
	$(BIN)/bedrock-guard demo

check: $(VENV)/.ready
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

format: $(VENV)/.ready
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

benchmark: $(VENV)/.ready
	$(BIN)/python benchmarks/run.py
	$(BIN)/python benchmarks/simulator.py

clean:
	rm -rf $(VENV)

$(VENV)/.ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[async,cli,simulator]" --group dev
	touch $@
