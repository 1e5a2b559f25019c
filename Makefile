# make demo: see the main job done.  make explore: the page with sliders.  make test: run every test.  make docs: the site.
# make fuzz: whatever is given, a result or one line; 2,000 cases of every reader and option.
# make bench: measure the speed, into the README.  make dist: build what is released, and try it.
# Each makes its own .venv.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo explore test fuzz lint bench docs dist clean

demo: .venv/demo
	$(BIN)/wearoff simulate --product onabotulinumtoxinA --muscle glabella --out out
	@echo
	@echo "open out/timeline.png (the effect) and out/cascade.png (every step from the dose to the effect)"
	@echo
	$(BIN)/wearoff space --out out
	@echo
	@echo "open out/tradeoff.png (days above half effect and units a year against the interval between visits)"
	@echo "and out/dates_visits.png (the fewest visits that keep half of the effect)"
	@echo
	$(BIN)/wearoff trial --out out
	@echo
	@echo "open out/bands.png (the effect in 10,000 patients) and out/responders.png (how many respond, day by day)"
	@echo
	$(BIN)/wearoff plates --out out
	@echo
	@echo "open out/mechanism.png (four moments at the nerve ending), out/serotypes.png and out/sites.png"

explore: .venv/explore
	$(BIN)/wearoff explore

test: .venv/test
	$(BIN)/pytest -n auto --dist loadfile
	$(BIN)/pytest -n auto --nbmake notebooks

fuzz: .venv/test
	$(BIN)/pytest -n auto --dist worksteal --hypothesis-profile=fuzz -q tests/fuzz

lint: .venv/lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/bench
	$(BIN)/python -m benchmarks.run

dist: .venv/dist
	.ci/dist $(BIN)/python

docs: .venv/docs
	$(BIN)/sphinx-build -W --keep-going -n -q docs build/docs
	@echo "open build/docs/index.html"

clean:
	rm -rf .venv out build dist docs/generated docs/notebooks

# The version, which the installed metadata repeat, stands in the second.
.venv/demo: pyproject.toml sim/wearoff/__init__.py
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'wearoff needs Python 3.11 or newer; try: make demo PYTHON=python3.11')"
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	touch $@

.venv/%: .venv/demo
	$(BIN)/pip install --quiet --disable-pip-version-check --editable ".[$*]"
	touch $@
