# make            what there is
PYTHON ?= python3
VENV := .venv
ZHIJIAN := PYTHONPATH=src $(VENV)/bin/python -m zhijian
# Only what was said: an empty PACK is no place.
$(foreach name,HOST PORT PACK SCALE,$(if $($(name)),$(eval export $(name))))

.PHONY: help install run test test-long check test-web pictures lock clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20
	@echo "  HOST=127.0.0.1 keeps phones out; PORT=, PACK=, SCALE= choose port, place and size of the demo city."

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Zhijian needs Python 3.11 or newer: make PYTHON=python3.12 …" if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv $(VENV)

install: $(VENV)/bin/python ## everything that is needed, each part only when its inputs changed
	@PYTHONPATH=src $(VENV)/bin/python -m zhijian.ops.install

run: install ## the whole of Zhijian with a demo city; Ctrl-C stops it
	@$(ZHIJIAN) run

check: ## ruff, mypy, import-linter, missing migrations
	@$(VENV)/bin/ruff check --quiet .
	@$(VENV)/bin/ruff format --check --quiet .
	@$(VENV)/bin/mypy
	@PYTHONPATH=src $(VENV)/bin/lint-imports --no-logo
	@$(ZHIJIAN) makemigrations --check --dry-run

test-web: ## the web parts' own tests
	@for part in web/*/package.json; do \
	  if grep -q '"test":' $$part; then (cd $$(dirname $$part) && npm test --silent) || exit 1; fi; \
	done

test: install check test-web ## everything that must hold, within a quarter of an hour
	@$(VENV)/bin/pytest -n 2

test-long: install check test-web ## the same with the long forms of slow tests
	@ZHIJIAN_LONG=1 $(VENV)/bin/pytest -n 2

pictures: ## the documents' pictures, of a running `make run`; ARGS="all" photographs every page
	@PYTHONPATH=src:. $(VENV)/bin/python -m tools.pictures $(ARGS) --site $(or $(SITE),http://localhost:$(or $(PORT),8000))

lock: ## renew requirements.lock and the npm locks
	@$(ZHIJIAN) lock

clean: ## take away what was built; the data folder stays
	rm -rf $(VENV) web/*/node_modules web/*/dist .pytest_cache .mypy_cache .ruff_cache
