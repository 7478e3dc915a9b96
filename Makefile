# What people call: `make run` (a newcomer's first evening), `make check`, `make test`, `make bench`, `make test-long`.
.DEFAULT_GOAL := help
SHELL := /bin/bash

# What the program needs to build and run, and what the tests need besides.
PACKAGES := libmosquitto-dev libsqlite3-dev libcurl4-openssl-dev zlib1g-dev mosquitto openssh-client gnupg tzdata
TEST_PACKAGES := mosquitto-clients sqlite3 openssl python3 python3-aiosmtpd procps openssh-server \
	chromium chromium-driver python3-selenium zbar-tools cups-daemon cups-client gammu gammu-smsd qrencode \
	libreoffice-writer-nogui apprise

# Debian allows one mail server: where another one is installed it stays, and the tests with Exim are left out.
MAIL_SERVER = $(shell dpkg-query -W -f='$${Status} $${Provides}\n' 2>/dev/null \
	| grep -q 'ok installed.*mail-transport-agent' || echo exim4-daemon-light)

# A real Matrix homeserver from PyPI, for the long tests only.
SYNAPSE := $(CURDIR)/.build/synapse/bin/python3

# A real Home Assistant from PyPI, likewise; the last one that runs on Debian 12's Python.
HAS_HOMEASSISTANT := $(CURDIR)/.build/homeassistant/bin/python3 \
	-c "import homeassistant.components.mqtt, janus, numpy, sys; print(sys.executable)"

BUILD := swift build
TEST := swift test --disable-xctest

.PHONY: help packages test-packages build release run check test test-long bench clean-data

help: ## Lists what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 24

packages: ## Installs the missing Debian packages that the program needs
	@Scripts/install-packages $(PACKAGES)

test-packages: packages ## Installs what the tests need besides
	@Scripts/install-packages $(TEST_PACKAGES) $(MAIL_SERVER)

build: packages ## Builds the program for development
	$(BUILD)

release: packages ## Builds the program as it is installed
	$(BUILD) -c release --product commons

run: release ## Runs the example community: two simulated months, report, agenda, then live until Ctrl-C
	@.build/release/commons run --config config/gateway.yaml

check: ## Checks format, import rules and the whole tree
	swift format lint --strict --parallel --recursive --configuration .swift-format Package.swift Sources Tests
	Scripts/check-imports
	Scripts/check-tree

test: test-packages ## Runs every test but the long ones
	$(BUILD) --build-tests
	$(TEST) --skip-build

test-long: test-packages ## Random kills by the hundred, power cuts, fuzzing: an hour or more
	@Scripts/install-packages python3-venv
	@[ -x $(SYNAPSE) ] || { /usr/bin/python3 -m venv .build/synapse && .build/synapse/bin/pip install -q matrix-synapse; }
	@$(HAS_HOMEASSISTANT) >/dev/null 2>&1 || { /usr/bin/python3 -m venv .build/homeassistant \
		&& .build/homeassistant/bin/pip install -q homeassistant==2024.3.3 paho-mqtt==1.6.1 janus numpy==1.26.0 PyTurboJPEG==1.7.1; } \
		|| echo "Home Assistant cannot be installed with this Python; its test is left out."
	COMMONS_SYNAPSE=$(SYNAPSE) COMMONS_HOMEASSISTANT=$$($(HAS_HOMEASSISTANT) 2>/dev/null) COMMONS_HISTORIES=100000 COMMONS_FUZZ_ROUNDS=200000 COMMONS_CUT_ROUNDS=5000 COMMONS_KILL_ROUNDS=500 $(TEST)

bench: test-packages ## Measures throughput, bytes written and memory, as ratios in one run
	$(BUILD) -c release
	Benchmarks/run --messages 1000000 --years 10
	Benchmarks/peers

clean-data: ## Removes the demonstration's data (var/)
	rm -rf var
