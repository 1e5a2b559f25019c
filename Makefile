# make demo: every picture once, and the page; open out/index.html.
# make test: the tests, in less than three minutes.  make test-browser: those that need chromium, firefox-esr and ffmpeg.
# make test-r: those that need R with deSolve (Debian: r-base-core, r-cran-desolve).
# make test-tellurium: those that need tellurium, which it installs.
# make proof: all tests at full length.  make fuzz: 2,000 hostile cases of every reader and option.
# make docs: the site.  make bench: measure the speed and write docs/speed.md.  make dist: build what is released, and try it.
# make mutants: put faults into the model, one at a time, and see which of them the tests notice; takes an hour.
# make update: write constraints.txt anew, with the newest versions.
PYTHON ?= python3
# Each makes this environment, with the versions that CI has run; `make test CONSTRAINTS=` takes the newest.
VENV ?= .venv
CONSTRAINTS ?= constraints.txt
BIN := $(VENV)/bin
INSTALL := $(BIN)/pip install --quiet --disable-pip-version-check $(if $(CONSTRAINTS),--constraint $(CONSTRAINTS)) --editable
OUT ?= out

.PHONY: demo test test-browser test-r test-tellurium proof fuzz mutants lint bench docs dist update clean

demo: $(VENV)/demo
	$(BIN)/wearoff demo --out $(OUT)

# Without the plugin that runs notebooks, which takes seconds to load.
test: $(VENV)/test
	$(BIN)/pytest -n 2 --dist worksteal -p no:nbmake tests sim

test-browser: $(VENV)/test
	$(BIN)/pytest -n 2 --dist loadfile -m browser tests/webpage tests/test_animation.py tests/test_cli_demo.py

test-r: $(VENV)/test
	EXTENT=full $(BIN)/pytest -m r tests/exchange

test-tellurium: $(VENV)/test-tellurium
	EXTENT=full $(BIN)/pytest -n 2 -m tellurium tests/exchange

proof: $(VENV)/test
	EXTENT=full $(BIN)/pytest -n 2 --dist worksteal -m "not browser and not r and not tellurium" --nbmake tests sim notebooks

fuzz: $(VENV)/test
	$(BIN)/pytest -n auto --dist worksteal --hypothesis-profile=fuzz -q tests/fuzz

mutants: $(VENV)/mutants
	$(BIN)/python -m studies.mutants

lint: $(VENV)/lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/bench
	$(BIN)/python -m benchmarks.run

dist: $(VENV)/dist
	.ci/dist $(BIN)/python

docs: $(VENV)/docs
	$(BIN)/sphinx-build -W --keep-going -n -q docs build/docs
	@echo "open build/docs/index.html"

# Names and versions alone, for every Python that is allowed.
update: $(VENV)/versions
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --all-extras --upgrade --no-annotate --no-header \
		--no-emit-index-url --output-file constraints.txt pyproject.toml

clean:
	rm -rf .venv out build dist docs/generated docs/notebooks

# The version, which the installed metadata repeat, stands in the third.
$(VENV)/demo: pyproject.toml $(CONSTRAINTS) sim/wearoff/version.py
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'wearoff needs Python 3.11 or newer; try: make demo PYTHON=python3.11')"
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) .
	touch $@

$(VENV)/%: $(VENV)/demo
	$(INSTALL) ".[$*]"
	touch $@
