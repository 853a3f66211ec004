# Every target does the set-up it needs; `make` alone prints what there is.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

export DEBIAN_FRONTEND ?= noninteractive
export LC_ALL ?= C.UTF-8
export PYTHONDONTWRITEBYTECODE ?= 1
export RESCUE_BIN ?= $(CURDIR)/build/release/bin

PROGRAMS := rescue-intake rescue-pricing rescue-workflow rescue-worker rescue-probe rescue-responder rescuectl
PROVES := $(notdir $(shell find tests/prove -maxdepth 1 -type f -executable))

help: ## print this list
	@echo 'make <target>:'
	@awk -F ':.*## ' '/^[a-z][a-z-]*:.*## / { printf "  %-20s %s\n", $$1, $$2 }' Makefile

deps: ## install the Debian packages of deps.txt that are missing
	@tools/install-deps

build/release/build.ninja: | deps
	@cmake --preset release

programs: deps build/release/build.ninja
	@tools/build release $(PROGRAMS)

build: deps build/release/build.ninja ## build everything into build/release (programs in build/release/bin)
	@tools/build release

demo: programs ## play one incident through the services, show verdict, report and charge
	@tests/e2e/demo.py

up: programs ## start the services behind http://127.0.0.1:8080 and leave them running; prints curl lines
	@tests/e2e/up.py

down: ## stop what `make up` started
	@tests/e2e/down.py

test: build ## build, run every test and the quick proofs
	@tests/suites.py test

check: deps build/release/build.ninja ## formatting, clang-tidy on changed files (CHECK_ALL=1: on all), layers and style
	@tests/suites.py check

bench: programs ## measure what the front door and the probe can do
	@tests/bench/run

prove: ## list what can be shown
	@tools/list-proofs

prove-demo prove-http-guards: build

$(addprefix prove-,$(PROVES)): prove-%: deps
	@tests/prove/$*

range: ## record the test hosts anew (root; see tests/range/README.md)
	@for scenario in $$(tests/range/run --list); do tests/range/run $$scenario tests/corpus || exit 1; done

clean: ## remove everything that was built
	rm -rf build

.PHONY: help deps programs build demo up down test check bench prove range clean $(addprefix prove-,$(PROVES))
