# make ask     answers a question over the shipped material (make ask Q="another question")
# make chat    serves the chat window
# make test    checks style and types, then runs every test
# make docs    builds the pages of docs/ into docs/_build/html
# make lock    pins every package anew in constraints.txt, each at its newest version (LOCK= keeps those that still fit)

PYTHON ?= python3
Q ?= what did Heilongjiang plan?
export Q

.PHONY: ask chat test docs lock
.DEFAULT_GOAL := ask

ask: .venv/ready
	@.venv/bin/pincite ask "$$Q"

chat: .venv/ready
	@.venv/bin/pincite chat

test: .venv/ready-to-test
	.venv/bin/ruff check . --output-format concise
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/pytest

docs: .venv/ready-to-test
	.venv/bin/python docs/command_line.py
	.venv/bin/python docs/json_reference.py
	.venv/bin/sphinx-build -q -W --keep-going -b html docs docs/_build/html

# torch stays where it is: other versions of it bring gigabytes that nothing here needs.
LOCK ?= --upgrade --upgrade-package torch==2.13.0
lock: .venv/ready
	.venv/bin/pip install -qq --group lock
	.venv/bin/uv pip compile --quiet --universal $(LOCK) --extra ocr --group dev --group training --no-header --no-annotate \
	  --output-file constraints.txt pyproject.toml
	sed -i -E '/^(nvidia-|cuda-|triton)/d' constraints.txt

.venv/ready: pyproject.toml constraints.txt
	@echo "Setting up .venv: once, one to five minutes ..." >&2
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Pincite needs Python 3.11 or newer; name one with: make PYTHON=python3.11")'
	@$(PYTHON) -m venv .venv
	@.venv/bin/pip install -qq --disable-pip-version-check --upgrade "pip>=25.1"
	@.venv/bin/pip install -qq --constraint constraints.txt --editable .
	@touch $@

# What only Debian has: a Chromium for the window, pandoc and LaTeX for what is copied. Installed here when this is root on Debian;
# elsewhere the tests that need them are skipped, with the reason.
DEBIAN = chromium:chromium pandoc:pandoc pdflatex:texlive-latex-base

.venv/ready-to-test: .venv/ready
	@.venv/bin/pip install -qq --constraint constraints.txt --group dev
	@missing=; for each in $(DEBIAN); do command -v "$${each%%:*}" >/dev/null || missing="$$missing $${each##*:}"; done; \
	  [ -z "$$missing" ] || [ "$$(id -u)" != 0 ] || ! command -v apt-get >/dev/null \
	  || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null; }
	@touch $@
