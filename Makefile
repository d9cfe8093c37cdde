# The jobs of this project. `make` alone lists them.
PREFIX ?= /usr/local
DESTDIR ?=
SWIFT ?= swift
RELEASE_FLAGS = -c release -Xswiftc -static-stdlib --product lesson

.PHONY: help setup build release demo test test-users lint format bases install uninstall bench clean

help:
	@sed -n 's/^## //p' Makefile

## make demo     set up, build, make the bases, then the whole story: read, build, check, grade
demo: setup release
	@LESSON="$$($(SWIFT) build $(RELEASE_FLAGS) --show-bin-path)/lesson" scripts/demo

## make test     set up, lint, build, run every test, walk the main path as root and as two kinds of user
test: setup lint
	$(SWIFT) build --build-tests
	$(SWIFT) test --skip-build
	scripts/fault-injection --kills 20 --full 6 --memory 0
	$(SWIFT) build $(RELEASE_FLAGS)
	scripts/test-identities

## make test-users  as root: the tests that touch the kernel once more, as two kinds of user (some 15 minutes)
test-users: setup
	$(SWIFT) build --build-tests
	$(SWIFT) build $(RELEASE_FLAGS)
	scripts/test-identities --suites

## make setup    install what is missing, through the package manager
setup:
	@scripts/setup

## make build    debug build
build:
	$(SWIFT) build

## make release  release build, Swift's standard library linked in
release:
	$(SWIFT) build $(RELEASE_FLAGS)

## make lint     swift format in strict mode, and the house rules that a grep can keep
lint:
	@scripts/lint

## make format   rewrite the sources in the house format
format:
	$(SWIFT) format --in-place --parallel --recursive Package.swift Sources Tests

## make bases    make the lesson's base images now (they are made when first needed otherwise)
bases: release
	@LESSON="$$($(SWIFT) build $(RELEASE_FLAGS) --show-bin-path)/lesson" scripts/bases

## make install  [PREFIX=/usr/local] [DESTDIR=]: the program, its lessons and its completions
install: release
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/lesson
	install -m 755 "$$($(SWIFT) build $(RELEASE_FLAGS) --show-bin-path)/lesson" $(DESTDIR)$(PREFIX)/bin/lesson
	rm -rf $(DESTDIR)$(PREFIX)/share/lesson/Lessons $(DESTDIR)$(PREFIX)/share/lesson/Solutions
	cp -R Lessons Solutions $(DESTDIR)$(PREFIX)/share/lesson/

## make uninstall
uninstall:
	rm -rf $(DESTDIR)$(PREFIX)/bin/lesson $(DESTDIR)$(PREFIX)/share/lesson

## make bench    the figures, side by side with the peers that are installed
bench: release
	@scripts/bench

## make clean
clean:
	rm -rf .build .build-*
