# Every target first sets up what it needs; `make run` and `make test` are the two to know.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := run
.PHONY: run test build setup bench budgets shots deny watch real-agents
listen ?= 127.0.0.1:4600

run: build  ## Build, and show a live demo
	@. scripts/env; exec "$$CARGO_TARGET_DIR/release/adwatch" serve --demo --listen $(listen)

test:  ## Run every check that a change must pass
	@scripts/setup test
	@scripts/test

build: setup  ## Build the release binary, with the page inside
	@scripts/build

setup:  ## Install what is missing, and nothing else
	@scripts/setup

bench: build  ## Measure speeds and sizes, and print them as tables
	@. scripts/env; cargo bench

budgets: build  ## Measure what the pages cost in a browser
	@scripts/setup test
	@. scripts/env; cd end2end && npx --no-install playwright test --config budgets.config.ts

shots: build  ## Take screenshots of the pages for the README
	@scripts/setup test
	@. scripts/env; cd end2end && npx --no-install playwright test --config shots.config.ts

deny:  ## Check licences, sources and duplicates of dependencies
	@. scripts/env; command -v cargo-deny >/dev/null || cargo install --locked cargo-deny; cargo deny check bans licenses sources

real-agents: $(if $(ADWATCH),,build)  ## Play real agent CLIs offline, and compare what is shown with what they did
	@. scripts/env; python3 tests/real-agents --adwatch "$${ADWATCH:-$$CARGO_TARGET_DIR/release/adwatch}" $(args)

watch: setup  ## Rebuild and restart at every change
	@. scripts/env; ADWATCH_SITE_DIR=$$CARGO_TARGET_DIR/site cargo leptos watch --split -- serve --demo
