# Two commands do everything: `make run` and `make test`. Both install what they need first, and only that.
.DEFAULT_GOAL := help
.PHONY: help setup run test check bench soak translations screenshots clean

UV := $(shell command -v uv 2>/dev/null || echo .uv/bin/uv)
SYNC := $(UV) sync --quiet --locked --extra local-ai --extra qr-images
RUN := $(UV) run --no-sync
STAMP := .stamp/setup
TESTED := .stamp/tests
WATCHING := tests/e2e tests/gui tests/unit/node/ai tests/unit/node/network
# Where it is set, every process would compile what it imports.
unexport PYTHONDONTWRITEBYTECODE

help:
	@echo "make run     install everything, start the node and the desktop"
	@echo "make test    install everything, run the tests (4 to 7 minutes on 2 cores)"
	@echo "make check   style, types, import rules"
	@echo "make bench   measure, write tests/bench/results/latest.json"
	@echo "make soak    the long tests"
	@echo "make screenshots   render the window's views into docs/images"
	@echo "make translations   collect the texts of the desktop, make what it loads"

setup: $(STAMP)

$(STAMP): pyproject.toml uv.lock packaging/bootstrap.sh
	@sh packaging/bootstrap.sh
	@uv="$$(command -v uv || echo .uv/bin/uv)"; "$$uv" sync --quiet --locked --extra local-ai --extra qr-images
	@# libp2p brings trio-stubs along, which hide trio's own types from the type checker.
	@rm -rf .venv/lib/python3*/site-packages/trio-stubs
	@$(RUN) python packaging/translations.py release
	@mkdir -p $(@D) && touch $@

$(TESTED): packaging/bootstrap.sh
	@sh packaging/bootstrap.sh tests
	@mkdir -p $(@D) && touch $@

run: setup
	@$(RUN) python packaging/run.py

test: setup $(TESTED)
	@# First what only computes, then what watches processes, windows, the network or the local model, and mostly waits:
	@# there, three at a time keep two cores busy.
	@$(RUN) pytest -q -n 2 --max-worker-restart 1 --dist loadfile $(WATCHING:%=--ignore=%)
	@QT_QPA_PLATFORM=offscreen $(RUN) pytest -q -n 3 --max-worker-restart 1 --dist loadfile --no-loadscope-reorder $(WATCHING)

check: setup
	@$(RUN) ruff format --check -q .
	@$(RUN) ruff check -q .
	@$(RUN) mypy
	@$(RUN) lint-imports --no-logo 2>/dev/null || $(RUN) lint-imports

bench: setup
	@$(RUN) python -m tests.bench.rivals setup
	@$(RUN) python -m tests.bench

soak: setup $(TESTED)
	@QT_QPA_PLATFORM=offscreen $(RUN) pytest -q -m soak --timeout 3600 -o faulthandler_timeout=3900

screenshots: setup
	@$(RUN) python -m tests.screenshots

translations: setup
	@$(RUN) python packaging/translations.py update release

clean:
	rm -rf .stamp .venv .uv .mypy_cache .ruff_cache .pytest_cache .hypothesis dist
