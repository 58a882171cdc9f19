# `make` alone lists what there is. The two that matter: `make run` and `make test`; each sets up what is missing.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
APP := .venvs/app/bin
export PYTHONPATH := $(CURDIR)

.PHONY: help setup run stop status test quick lint format train bench faults soak gallery people code lock nlu-report clean

help: ## List the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: ## Set up whatever is missing (environments, system packages, the trained model)
	@$(PYTHON) -m scripts.setup --for test

run: ## Set up what is missing, start everything with sandbox parts, print the addresses
	@$(PYTHON) -m scripts.setup --for run
	@exec $(APP)/python -m scripts.stack run

stop: ## End everything that `make run` started
	@$(APP)/python -m scripts.stack stop

status: ## Say which part is well
	@$(APP)/python -m scripts.stack status

test: ## Set up what is missing, then lint and all tests
	@$(PYTHON) -m scripts.setup --for test
	@$(APP)/python -m scripts.check all

quick: ## Lint and the tests that need no server (seconds)
	@$(APP)/python -m scripts.check quick

lint: ## Style, types, arrows
	@$(APP)/python -m scripts.check lint

format: ## Bring the code into the house's form
	@$(APP)/ruff format -q . && $(APP)/ruff check -q --fix .

train: ## Train the dialogue model (skipped when nothing changed)
	@$(PYTHON) -m scripts.setup --for run

bench: ## Measure imports, the console, the whole product, the understanding beside stock Rasa (long; PARTS=load or PARTS=latency,stock picks)
	@$(PYTHON) -m scripts.setup --for test
	@if [ "$(PARTS)" = load ]; then $(APP)/python -m scripts.load $(LOAD); else \
	  $(APP)/python -m scripts.bench_imports && $(APP)/python -m scripts.bench_console && \
	  $(APP)/python -m scripts.bench --parts "$(PARTS)" && \
	  { [ -n "$(PARTS)" ] || $(APP)/python -m scripts.load; }; fi

faults: ## Break the whole product on purpose, count what is lost or doubled, write docs/reliability.md (long; ONLY=… or GROUPS=… picks)
	@$(PYTHON) -m scripts.setup --for test
	@$(APP)/python -m scripts.faults --only "$(ONLY)" --groups "$(GROUPS)"

soak: ## Put 10,000 cards in and out of the kiosk; watch memory and events
	@$(PYTHON) -m scripts.setup --for test
	@$(APP)/python -m scripts.soak

nlu-report: ## Measure the understanding, write docs/nlu.md with its pictures (long)
	@$(PYTHON) -m scripts.setup --for test
	@$(APP)/python -m scripts.nlu_report

gallery: ## Draw every message in every language into artefacts/gallery
	@$(APP)/python -m bot.rendering.gallery

people: ## List the made-up persons of the sandbox
	@$(APP)/python -m scripts.dev people

code: ## Print a binding code: make code PERSON=one_month_late
	@$(APP)/python -m scripts.dev bind-code $(PERSON)

lock: ## Resolve the requirements anew (after editing requirements/*.in)
	@$(PYTHON) -m scripts.lock

clean: ## Remove what can be made again (environments, models, local state)
	rm -rf .venvs var artefacts nlu/models nlu/.rasa build *.egg-info
