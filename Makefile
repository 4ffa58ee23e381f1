# Every target sets up what it needs first; `make run` and `make test` are the two to know.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := run
.PHONY: run test build setup bench budgets shots deny watch
listen ?= 127.0.0.1:4600

run: build  ## Build, and show a live demo
	@. scripts/env; exec "$$CARGO_TARGET_DIR/release/adwatch" serve --demo --listen $(listen)

test:  ## Everything that must hold before a change is done
	@scripts/setup test
	@scripts/test

build: setup  ## The release binary, with the page inside
	@scripts/build

setup:  ## Only install what is missing
	@scripts/setup

bench: build  ## Print the table of speeds and sizes
	@. scripts/env; cargo bench

budgets: build  ## Print what the pages cost in a browser
	@scripts/setup test
	@. scripts/env; cd end2end && npx --no-install playwright test --config budgets.config.ts

shots: build  ## Photograph the pages for the README
	@scripts/setup test
	@. scripts/env; cd end2end && npx --no-install playwright test --config shots.config.ts

deny:  ## Check licences, sources and duplicates of what is built in
	@. scripts/env; command -v cargo-deny >/dev/null || cargo install --locked cargo-deny; cargo deny check bans licenses sources

watch: setup  ## Rebuild and restart at every change
	@. scripts/env; ADWATCH_SITE_DIR=$$CARGO_TARGET_DIR/site cargo leptos watch --split -- serve --demo
