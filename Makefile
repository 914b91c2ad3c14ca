# The first two are all that a fresh machine needs; each does its own set-up.
#   make site      build the sample publication into _site/
#   make test      run every test
#   make lab       open the workbooks in JupyterLab
#   make preview   serve the site and rebuild what changes
#   make published release the sample's editions 2017–2023 into _published/
#   make bench     measure against other tools and in growing sizes (BENCH="--only tools" for a part)
#   make lint      ruff and mypy
#   make lock      resolve the pinned versions anew (needs uv)

# The newest Python from 3.11 on that really starts here; override with `make site PYTHON=…`.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$p; break; }; done)
VENV := .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
READY := $(VENV)/.ready

.PHONY: site test lab preview published bench lint lock clean

site: $(READY)
	$(BIN)/gongbao build

test: $(READY)
	sh scripts/browser.sh $(BIN)
	sh scripts/lighthouse.sh
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest -n auto --dist loadscope --no-loadscope-reorder

lab: $(READY)
	$(BIN)/jupyter lab workbooks

preview: $(READY)
	$(BIN)/gongbao preview

published: $(READY)
	$(BIN)/python scripts/release_sample.py

bench: $(READY)
	$(BIN)/python scripts/bench.py $(BENCH)

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/mypy

lock:
	uv pip compile --universal --generate-hashes --python-version 3.11 --extra dev --no-header --no-annotate \
		pyproject.toml -o requirements.lock
	echo 'jupyter-book<2' | uv pip compile --universal --generate-hashes --python-version 3.11 --no-header --no-annotate \
		- -o scripts/bench_book.lock

$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "需要 Python 3.11 或更新版本 / Python 3.11 or newer is needed"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)

clean:
	rm -rf _site .gongbao
