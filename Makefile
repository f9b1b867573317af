# Two commands do everything: `make run` and `make test`. Both install what they need first, and only that.
.DEFAULT_GOAL := help
.PHONY: help setup run test check bench soak clean

UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)
SYNC := $(UV) sync --quiet --locked --extra local-ai
RUN := $(UV) run --no-sync
STAMP := .stamp/setup
WATCHING := tests/e2e tests/gui tests/unit/node/ai tests/unit/node/network

help:
	@echo "make run     install everything, start the node and the desktop"
	@echo "make test    install everything, run the tests (8 to 9 minutes on 2 cores)"
	@echo "make check   style, types, import rules"
	@echo "make bench   measure, write tests/bench/results/latest.json"
	@echo "make soak    the long tests"

setup: $(STAMP)

$(STAMP): pyproject.toml uv.lock packaging/bootstrap.sh
	@sh packaging/bootstrap.sh
	@uv="$$(command -v uv || echo .uv/bin/uv)"; "$$uv" sync --quiet --locked --extra local-ai
	@# libp2p brings trio-stubs along, which hide trio's own types from the type checker.
	@rm -rf .venv/lib/python3*/site-packages/trio-stubs
	@mkdir -p $(@D) && touch $@

run: setup
	@$(RUN) python packaging/run.py

test: setup
	@# First what only computes, then what watches processes, windows, the network or the local model, and mostly waits.
	@$(RUN) pytest -q -n 2 --dist loadfile $(WATCHING:%=--ignore=%)
	@QT_QPA_PLATFORM=offscreen $(RUN) pytest -q -n 2 --dist worksteal $(WATCHING)

check: setup
	@$(RUN) ruff format --check -q .
	@$(RUN) ruff check -q .
	@$(RUN) mypy
	@$(RUN) lint-imports --no-logo 2>/dev/null || $(RUN) lint-imports

bench: setup
	@$(RUN) python -m tests.bench.rivals setup
	@$(RUN) python -m tests.bench

soak: setup
	@QT_QPA_PLATFORM=offscreen $(RUN) pytest -q -m soak --timeout 3600

clean:
	rm -rf .stamp .venv .uv .mypy_cache .ruff_cache .pytest_cache .hypothesis dist
