PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DEMO_OUT ?= demo-out

export TOKENIZERS_PARALLELISM := false
export HF_HUB_OFFLINE := 1

.PHONY: setup demo test check format lint types clean

setup: $(READY)

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable . $(shell sed -n '/^dev = \[/,/^\]/s/^ *"\(.*\)",/\1/p' pyproject.toml)
	touch $(READY)

demo: $(READY)
	$(BIN)/clinsynth run configs/demo.yaml --out $(DEMO_OUT)

test: $(READY)
	$(BIN)/python -m pytest

check: $(READY) format lint types
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m pytest -m "not slow"

format: $(READY)
	$(BIN)/ruff format .

lint: $(READY)
	$(BIN)/ruff check .

types: $(READY)
	$(BIN)/mypy

clean:
	rm -rf build dist *.egg-info demo-out
