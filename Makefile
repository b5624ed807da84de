# Every task is one of bootstrap.py, which needs Python 3.11 with venv and nothing else.
# `python3 bootstrap.py TASK` is the same where make is missing.
PYTHON ?= python3
ARGS ?=

.PHONY: demo test check fix docs bench lock set-up clean

demo:    ## set up, then run the main job: two nodes, one encounter, one review
	@$(PYTHON) bootstrap.py demo $(ARGS)

test:    ## set up, then format, lint, types, import contracts, tests
	@$(PYTHON) bootstrap.py test $(ARGS)

check:   ## the same as test
	@$(PYTHON) bootstrap.py check $(ARGS)

fix:     ## repair what can be repaired: format, lint, the generated table of files
	@$(PYTHON) bootstrap.py fix

docs:    ## write the generated parts of docs/ anew
	@$(PYTHON) bootstrap.py docs

bench:   ## run the benchmarks; they print a table and write bench/results.md
	@$(PYTHON) bootstrap.py bench $(ARGS)

lock:    ## solve the dependencies anew into requirements/ (ARGS=--upgrade for the newest)
	@$(PYTHON) bootstrap.py lock $(ARGS)

set-up:  ## only make .venv ready
	@$(PYTHON) bootstrap.py set-up $(ARGS)

clean:   ## remove what the tasks made
	@$(PYTHON) bootstrap.py clean
