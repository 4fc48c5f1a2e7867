# Tollgate on this machine. Needs Rust, Python 3.11 or newer, a C compiler and make; everything else goes into .venv.

PYTHON ?= python3
# The port of the local stack: `make up PORT=5000`. Without it, `make down` stops every stack of this checkout.
PORT ?=
# What `make package` builds for: the template's parameter of that name.
ARCHITECTURE ?= arm64

# For how long `make load` buys.
SECONDS ?= 60

AT_PORT = $(if $(PORT),--port '$(PORT)')
LOCAL = $(PYTHON) -B infra/local

.DEFAULT_GOAL := help
.PHONY: help up down test test-web load package bench python

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):[^#]*## /  make \1\t/p' Makefile | expand -t 16

up: python ## Build, start the local stack, deploy to it, and say how to call it
	@$(LOCAL)/stack.py up $(AT_PORT)

down: python ## Stop what `make up` started
	@$(LOCAL)/stack.py down $(AT_PORT)

test: python ## Run every check, the end-to-end tests over a stack of their own included
	@$(LOCAL)/run_tests.py

test-web: python ## Look at the shop in a browser, over the stack that is up or one of its own
	@$(LOCAL)/browser.py $(AT_PORT)

load: python ## Buy in the shop on the local stack for a minute, or SECONDS=, and check its books
	@$(LOCAL)/load.py $(AT_PORT) --seconds '$(SECONDS)'

package: python ## Build the functions for AWS, arm64 or ARCHITECTURE=x86_64, for `sam deploy` to take
	@$(LOCAL)/package.py --architecture '$(ARCHITECTURE)'

bench: python ## Measure the functions as they are deployed
	@$(LOCAL)/stack.py release
	@cargo run --release --package bench
	@cargo bench --package plans --bench admission
	@cargo run --release --package bench-broadcast

python:
	@command -v '$(PYTHON)' >/dev/null || { \
		echo "error: $(PYTHON) is not on PATH: install Python 3.11 or newer, or name one with PYTHON=." >&2; exit 1; }
