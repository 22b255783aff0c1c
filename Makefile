# `make` alone lists the commands. Each one sets up what it needs first; a second start is quick and offline.

PYTHON ?= python3
VENV := .venv/bin
SET_UP := $(PYTHON) connective/launch/set_up.py
COMPILE := $(VENV)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --python-version

# What `make check` holds against a production installation; no value of it is used anywhere.
PRODUCTION := PORTAL_MODE=production ALLOWED_HOSTS=portal.example.org SITE_URL=https://portal.example.org \
	DATABASE_URL=postgresql://portal:portal@db.example.org/portal REDIS_URL=redis://redis.example.org/0 \
	EMAIL_URL=smtp+tls://portal:portal@mail.example.org:587
SECRETS = SECRET_KEY=$$($(RANDOM)) RECEIPT_KEY=$$($(RANDOM))
RANDOM = $(VENV)/python -c 'import secrets; print(secrets.token_hex(32))'

.DEFAULT_GOAL := help
.PHONY: help run test check style types layers templates migrations translations production image bench bench-deadline scan test-fresh lock format messages clean

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## set up and start the portal with demo data at http://127.0.0.1:8000 (PORT= for another port)
	@$(SET_UP) run
	@exec $(VENV)/python -m connective.launch

test: ## run all tests on PostgreSQL, then those of the database, and all pages for four roles, once more on SQLite (ARGS= for pytest)
	@$(SET_UP) test
	@exec $(VENV)/python -m tests.run $(ARGS)

check: ## style, types, layers, templates, migrations, translations, settings for production, image and containers
	@$(SET_UP) check
	@$(MAKE) --no-print-directory --keep-going -j2 style types layers templates migrations translations production image

style:
	$(VENV)/ruff check --quiet .
	$(VENV)/ruff format --check --quiet .

types:
	$(VENV)/mypy

layers:
	$(VENV)/lint-imports --no-logo

templates:
	$(VENV)/djlint --lint --quiet templates

migrations:
	DATABASE_URL=sqlite://:memory: $(VENV)/python manage.py makemigrations --check --dry-run
	$(VENV)/python -m tests.migration_lint

translations:
	$(VENV)/python -m connective.launch.translations --check

production:
	$(PRODUCTION) $(SECRETS) $(VENV)/python manage.py check --deploy --fail-level WARNING

image:
	$(VENV)/hadolint Dockerfile
	@folder=$$(mktemp -d) && cp docker-compose.yml "$$folder" && cp .env.example "$$folder/.env" \
		&& $(VENV)/docker-compose --project-directory "$$folder" --file "$$folder/docker-compose.yml" config --quiet; \
		code=$$?; rm -r "$$folder"; exit $$code

bench: ## measure and print the figures as tables
	@$(SET_UP) test
	@exec $(VENV)/python -m tests.bench

bench-deadline: ## let 400 people write and submit while processes die, and look at what is there afterwards
	@$(SET_UP) test
	@exec $(VENV)/python -m tests.deadline_night

scan: ## let wapiti attack a demo of its own, as a stranger and as people with roles (MINUTES= for each of the four)
	@$(SET_UP) run
	@exec $(VENV)/python -m tests.scan

test-fresh: ## do what the README says on a minimal Debian 12, laid into a temporary folder (needs root and debootstrap)
	@$(SET_UP) run
	@exec $(VENV)/python -m tests.fresh_machine

format: ## put the code into shape
	@$(SET_UP) check
	-$(VENV)/ruff check --fix --quiet .
	$(VENV)/ruff format --quiet .

messages: ## bring the texts of code and templates into the translation files
	@$(SET_UP) check
	$(VENV)/python -m connective.launch.translations

lock: ## choose the newest permitted versions of all packages and write them down with their hashes
	@$(SET_UP) check
	$(VENV)/python -m pip install --quiet --upgrade uv
	$(COMPILE) 3.11 --upgrade --all-extras pyproject.toml -o requirements-dev.txt
	$(COMPILE) 3.11 -c requirements-dev.txt --extra demo pyproject.toml -o requirements-demo.txt
	$(COMPILE) 3.11 -c requirements-dev.txt pyproject.toml -o requirements.txt
	$(COMPILE) 3.11 --upgrade --group node -o requirements-node.txt
	$(COMPILE) 3.12 --upgrade --group scan -o requirements-scan.txt
	npm update --package-lock-only --ignore-scripts

clean: ## remove what set-up and runs have made, the demo data included
	rm -rf .venv .scan node_modules staticfiles var .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
