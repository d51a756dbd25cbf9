# `make` lists the targets. Everything lives in .venv and _build; nothing else is touched.
SHELL := /bin/bash
.DEFAULT_GOAL := help
VENV ?= .venv
PORT ?= 8000
NB ?= $(sort $(wildcard book/*/*.ipynb))

PY := $(VENV)/bin/python
FULL := $(VENV)/.all
# an environment that has everything builds the pages too
SITE := $(if $(wildcard $(FULL)),$(FULL),$(VENV)/.site)
LAB := $(VENV)/.lab
BOOK := _build/.book
WHEEL := _build/.wheel
SLIDES := _build/.slides
STEP := tools/step.sh
# what the pages are made of
SOURCES := _config.yml _toc.yml tools/edition.py $(wildcard book/_ext/*.py book/slides/*.md) \
	$(shell find book src/cnnlessons -type f -not -path '*/.*' \
		-not -path '*/__pycache__/*' -not -path 'book/slides/*' -not -path 'book/results/*')

# what the slides are made of: the lessons and records too
DECK := _config.yml book/references.bib $(wildcard book/*/*.ipynb book/results/*.json) \
	tools/address.py tools/chromium.py tools/slides_pdf.py tools/quiz_pdf.py $(wildcard book/_ext/*.py) \
	$(shell find book/slides src/cnnlessons -type f -not -path '*/.*' -not -path '*/__pycache__/*' 2>/dev/null)

# what the package is made of
PACKAGE := pyproject.toml README.md LICENSE LICENSE-docs $(wildcard book/results/*.json) \
	$(shell find src/cnnlessons -type f -not -path '*/__pycache__/*')
BENCHMARKS := $(sort $(wildcard tests/benchmarks/*.py))

# Notebooks draw inline, whatever the shell is set to.
unexport MPLBACKEND
# A thread that waits must not keep a core from the one it waits for: beside one busy process an epoch of LeNet took
# 60 times as long.
export OMP_WAIT_POLICY ?= PASSIVE

.PHONY: help book slides lab test lint notebooks times execute engine bench serve address setup chromium clean

help:  ## this list
	@awk -F':.*## ' '/^[a-z]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.site $(LAB) $(FULL): requirements.txt pyproject.toml $(wildcard requirements/*.txt)
	@$(STEP) "set up $(VENV) for: $(@F:.%=%)" tools/setup.sh $(VENV) $(@F:.%=%)
	@touch $@

setup: $(FULL)  ## make .venv with all pinned requirements and the package (the others make what they need)

# A page with a warning must warn again next time, so a failed build leaves no memory.
$(BOOK): $(SITE) $(SOURCES)
	@$(STEP) "build the book" $(VENV)/bin/jupyter-book build . -W -n --keep-going -q \
		|| { rm -rf _build/.doctrees; exit 1; }
	@$(PY) tools/edition.py published
	@touch $@

# The package lies beside the pages, for the notebooks' install cells.
$(WHEEL): $(SITE) $(PACKAGE)
	@rm -f _build/html/*.whl
	@$(STEP) "build the wheel" $(PY) -m hatchling build --target wheel --directory _build/html
	@touch $@

book: $(BOOK) $(WHEEL)  ## build the site into _build/html
	@echo "The book is at file://$(CURDIR)/_build/html/index.html (or: make serve)"

$(SLIDES): $(FULL) $(DECK)
	@$(STEP) "build the slides" $(PY) -m sphinx -b revealjs -W -E -n --keep-going -q \
		-d _build/.slides-doctrees book/slides _build/html/slides
	@$(PY) tools/chromium.py
	@$(STEP) "print the slides" $(PY) tools/slides_pdf.py \
		$(patsubst book/slides/%.md,_build/html/slides/%.html,$(filter-out %/index.md,$(wildcard book/slides/*.md)))
	@$(STEP) "print the quizzes" $(PY) tools/quiz_pdf.py
	@touch $@

slides: $(SLIDES)  ## build the slides, with notes, worksheets and quizzes as PDF, into _build/html/slides
	@echo "The slides are at file://$(CURDIR)/_build/html/slides/index.html (in a deck press S for the notes)"

chromium: $(FULL)  ## install the browser of the tests and the slides, where there is none
	@$(PY) tools/chromium.py

lab: $(LAB)  ## open the lessons in JupyterLab, in _build/lab; notebooks that you have changed there stay
	@$(PY) tools/edition.py lab
	@$(VENV)/bin/jupyter lab _build/lab

lint: $(FULL)  ## ruff's rules and format, and types
	@$(STEP) "lint" $(PY) -m ruff check -q .
	@$(STEP) "format" $(PY) -m ruff format -q --check src tests tools book/_ext
	@$(STEP) "types" $(PY) -m mypy --no-error-summary

test: lint chromium  ## everything that is a test: lint, unit tests, the site in a browser, the notebooks
	@MPLBACKEND=agg $(STEP) "unit tests" $(PY) -m pytest -q -m "not book and not browser and not weekly"
	@$(MAKE) --no-print-directory book slides
	@MPLBACKEND=agg $(STEP) "the site" $(PY) -m pytest -q -m "book or browser"
	@$(MAKE) --no-print-directory notebooks

notebooks: $(FULL)  ## run every notebook and compare with its stored outputs
times: $(FULL)  ## the same, and keep how long each took in book/times.json, for its page
notebooks times:
	@TQDM_DISABLE=1 $(if $(filter times,$@),PYTHONPATH=tools:book/_ext) $(STEP) "the notebooks" $(PY) -m pytest -q \
		-p no:cacheprovider -W default --nbval --nbval-current-env --nbval-sanitize-with tests/nbval.cfg \
		--nbval-cell-timeout 300 $(if $(filter times,$@),-p record_times) book

execute: $(FULL)  ## re-run notebooks in place (one: make execute NB=book/lenet/five-lenets.ipynb)
	@$(PY) tools/execute.py $(NB)

engine: $(FULL)  ## compile the page engine, src/cnnlessons/live/engine.c, to engine.wasm
	@$(STEP) "compile the engine" $(PY) -m cnnlessons.live.build

bench: $(FULL) book  ## time every tests/benchmarks/*.py on this machine
	@$(foreach benchmark,$(BENCHMARKS),$(STEP) "$(benchmark)" $(PY) $(benchmark) &&) true

address: $(SITE)  ## write the web address of _config.yml wherever it is used
	@$(PY) tools/address.py

serve: book  ## show the site on http://127.0.0.1:8000 (PORT=… for another)
	@$(PY) -m http.server $(PORT) --bind 127.0.0.1 --directory _build/html

clean:  ## remove the built site (with ALL=1 also .venv, and _build/lab with your changes)
	rm -rf $(if $(ALL),$(VENV) _build,$(filter-out _build/lab,$(wildcard _build/* _build/.[a-z]*)))
