# make book   build the site and serve it on localhost      make test   run every test
# make site   build the site only                           make run    execute the notebooks, store their outputs
# make lab    open the chapters in JupyterLab               make class  student's and teacher's editions
# make clean  remove everything that was built
# PYTHON=python3.12 chooses the Python that the environment .venv is made with (3.11 to 3.13).

IN_RANGE := import sys; v = sys.version_info[:2]; sys.exit(print("%d.%d" % v) if (3, 11) <= v <= (3, 13) else 1)
ENV      := .venv
NAMES    := $(or $(PYTHON),$(ENV)/bin/python python3.11 python3.12 python3.13 python3 python)
# The first of these that runs; pyenv's stand-ins may name a version without running it, so its versions come last.
FOUND    := $(shell for p in $(NAMES) $(addprefix $(HOME)/.pyenv/versions/*/bin/,$(notdir $(NAMES))); do \
              $$p -c '$(IN_RANGE)' >/dev/null 2>&1 && echo $$p && break; done)
VERSION  := $(if $(FOUND),$(shell $(FOUND) -c '$(IN_RANGE)' 2>/dev/null))
PY       := $(ENV)/bin/python
READY    := $(ENV)/ready-$(VERSION)
BUILT    := _build/built
SOURCES  := _config.yml _toc.yml $(wildcard *.md *.bib chapters/*.ipynb) \
            $(shell find src assets -type f -not -path '*/__pycache__/*' -not -path '*.egg-info/*' | sed 's/ /\\ /g')

.PHONY: book site test run lab class clean

book: $(BUILT)
	@$(PY) -m bookbuild serve

site: $(BUILT)

test: $(READY)
	$(PY) -m bookbuild site
	@touch $(BUILT)
	$(PY) -m pytest -n auto --dist loadfile --nbval

run: $(READY)
	$(PY) -m bookbuild run

lab: $(READY)
	$(PY) -m jupyter lab chapters

class: $(READY)
	$(PY) -m bookbuild class

clean:
	rm -rf _build $(ENV)

$(BUILT): $(READY) $(SOURCES)
	$(PY) -m bookbuild site
	@touch $@

# The environment, made anew when another Python is asked for, brought up to date when the pins change.
$(READY): requirements.txt pyproject.toml
	@test -n "$(VERSION)" || { echo "The book needs Python 3.11, 3.12 or 3.13; none of these is one that runs:" \
	  "$(strip $(NAMES)). Install one, or name it: make $(MAKECMDGOALS) PYTHON=/path/to/python3.12"; exit 1; }
	@test "$$($(PY) -c '$(IN_RANGE)' 2>/dev/null)" = "$(VERSION)" || { \
	  echo "Making the environment $(ENV) with Python $(VERSION)"; $(FOUND) -m venv --clear $(ENV); }
	$(PY) -m pip install --disable-pip-version-check -r requirements.txt
	@rm -f $(ENV)/ready-*
	@touch $@
