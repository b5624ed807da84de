# Every task is one of bootstrap.py, which needs Python 3.11 with venv and nothing else.
# `python3 bootstrap.py TASK` is the same where make is missing.
PYTHON ?= python3
ARGS ?=

.PHONY: demo test check cover fix docs bench soak fuzz mutants earlier lock set-up clean

demo:    ## set up, then run the main job: two nodes, one encounter, one review
	@$(PYTHON) bootstrap.py demo $(ARGS)

test:    ## set up, then format, lint, types, import contracts, tests
	@$(PYTHON) bootstrap.py test $(ARGS)

check:   ## the same as test
	@$(PYTHON) bootstrap.py check $(ARGS)

cover:   ## the tests once more, counting what they reach (a floor of 90 %)
	@$(PYTHON) bootstrap.py cover $(ARGS)

fix:     ## repair what can be repaired: format, lint, the generated table of files
	@$(PYTHON) bootstrap.py fix

docs:    ## write the generated parts of docs/ anew
	@$(PYTHON) bootstrap.py docs

bench:   ## run the benchmarks; ARGS=link for one; they print tables, write bench/results-*.md
	@$(PYTHON) bootstrap.py bench $(ARGS)

soak:    ## live through simulated faults (ARGS="--minutes 5"; ARGS="--seed N"; PLANTED=1 for the planted defects)
	@$(PYTHON) bootstrap.py soak $(if $(PLANTED),--planted) $(ARGS)

fuzz:    ## random bytes for every decoder of foreign bytes (ARGS="--seconds 20"; ARGS=--replay for seeds and kept finds)
	@$(PYTHON) bootstrap.py fuzz $(ARGS)

mutants: ## small faults in the rooms that matter most: do their tests notice? (ARGS="merkle cbor"; ARGS=--list)
	@$(PYTHON) bootstrap.py mutants $(ARGS)

earlier: ## the same standing with the libraries of one release before?
	@$(PYTHON) bootstrap.py earlier $(ARGS)

lock:    ## solve the dependencies anew into requirements/ (ARGS=--upgrade for the newest)
	@$(PYTHON) bootstrap.py lock $(ARGS)

set-up:  ## only make .venv ready
	@$(PYTHON) bootstrap.py set-up $(ARGS)

clean:   ## remove what the tasks made
	@$(PYTHON) bootstrap.py clean
