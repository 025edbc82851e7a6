# Every target is one line; what it does is in machines/ (a Python package that is not shipped).
# The bootstrap provides prerequisites and the virtual environment, then runs the command in it.
RUN := @/usr/bin/python3 -m machines.bootstrap

.DEFAULT_GOAL := help
.PHONY: help box down app app-down demo vm vm-down check test figures bench lock clean

help: ## show the targets
	@awk -F ': ## ' '/^[a-z-]+: ## / { printf "make %-9s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

box: ## build a box and its server as containers and say where to open the box (without root: see app)
	$(RUN) box

down: ## stop the containers and remove everything `make box` made, except the cache
	$(RUN) down

app: ## run box and server as ordinary processes on https://localhost:8443, until Ctrl-C
	$(RUN) app

app-down: ## end them and remove their data
	$(RUN) app-down

demo: ## fill the running, unlocked box with synthetic records and deliver them
	$(RUN) demo

vm: ## build a box with a real encrypted container as a virtual machine and boot it
	$(RUN) vm

vm-down: ## stop the virtual machine and remove its disk, except the cached image
	$(RUN) vm-down

check: ## lint, types, import directions and the fast tests (under two minutes)
	$(RUN) check

test: ## everything: checks, the scenario on containers, and every test
	$(RUN) test

figures: ## raise the floors of the hardening figures to what the last `make test` measured
	$(RUN) figures

bench: ## measure how fast and in how much memory records come in (takes minutes)
	$(RUN) bench

lock: ## resolve the dependencies anew and write requirements/*.lock
	$(RUN) lock

clean: ## remove build/ with the cache; running machines must be down
	$(RUN) clean
