# make demo      runs the sample, prints what it finds
# make test      runs every test on this machine's QGIS
# make lint      checks style, types and security
# make bench     times the engine beside QGIS's own algorithms and GeoPandas (SIZE="small medium deepstate",
#                or large, or curve), films beside QGIS's own frames, steps of the dock beside drawing
#                the map, and whole runs beside an algorithm that does nothing
# make package   build/enclave_watch-VERSION.zip, as QGIS installs it
# All of them install what is missing first; all that they make lies in build/.

PYTHON := build/venv/bin/python
PYTEST_ARGS ?=
SIZE ?= small medium deepstate
BENCH_ARGS ?=

# the Python inside QGIS takes its home from the first python3 of PATH: let that be the system's
export PATH := $(CURDIR)/build/venv/bin:/usr/bin:/bin:$(PATH)
export PYTHONPYCACHEPREFIX := $(CURDIR)/build/pycache
unexport PYTHONHOME PYTHONPATH VIRTUAL_ENV

.DEFAULT_GOAL := test
.PHONY: install demo test bench lint format package clean

install:
	@tools/install.sh

demo: install
	@$(PYTHON) tools/demo.py

# pytest, not python -m pytest: that would put the checkout on sys.path, where processing/ hides QGIS's
test:
	@tools/install.sh tests
	@QT_QPA_PLATFORM=offscreen build/venv/bin/pytest $(PYTEST_ARGS)

bench: install
	@$(PYTHON) -c 'import geopandas, pyogrio' 2>/dev/null || $(PYTHON) -m pip install -qq --disable-pip-version-check \
		--no-input --constraint build/constraints.txt --requirement tests/bench/requirements.txt
	@$(PYTHON) tests/bench/bench_engine.py $(SIZE) $(BENCH_ARGS)
	@QT_QPA_PLATFORM=offscreen build/venv/bin/pytest -q -s tests/bench/bench_film.py
	@$(PYTHON) tests/bench/bench_dock.py
	@$(PYTHON) tests/bench/bench_start.py

lint: install
	@PYTHON=$(PYTHON) tools/lint.sh

format: install
	@build/venv/bin/ruff check --fix --quiet . || true
	@build/venv/bin/ruff format .

package: install
	@$(PYTHON) tools/package.py

clean:
	rm -rf build .qgis-settings
