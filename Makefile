# Slipway's own tasks. `make help` lists them; each sets up what is missing on the machine first (scripts/setup).

PREFIX ?= /usr/local
DESTDIR ?=
# Where shells look for completions; zsh's own directory is for what does not belong to a distribution.
mandir ?= $(PREFIX)/share/man
bash_completions ?= $(PREFIX)/share/bash-completion/completions
zsh_completions ?= $(PREFIX)/share/zsh/site-functions
fish_completions ?= $(PREFIX)/share/fish/vendor_completions.d
SWIFT ?= swift
# Compiler processes at a time; the tests decide for themselves.
JOBS ?= $(shell nproc)

# Seconds that `make fuzz` has for all targets together.
SECONDS ?= 60

sources := Sources Tests Fuzz Benchmarks Package.swift
# The Swift runtime goes into the binary, so that it runs where no toolchain is. What would make a build in which nothing
# changed a third slower is left out: 36,000 symbols for plug-ins, of which there are none, and 93,000 relocations of the
# program itself. Libraries, heap and stacks still lie at random addresses, as with the peers, whose Go binaries are no PIE.
release := $(SWIFT) build -c release --product slipway --static-swift-stdlib \
    -Xlinker --no-export-dynamic -Xlinker -no-pie -j $(JOBS)
binary := .build/release/slipway
# Manual pages and shell completions, made from the binary.
manual := .build/manual

.DEFAULT_GOAL := help
.PHONY: help demo recipes test fuzz hostile torture build install format lint check-scripts bench clean deb check-deb \
    setup-build setup-demo setup-recipes setup-test setup-bench

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST) | \
	    sed 's|$$(binary)|$(binary)|; s|$$(PREFIX)|$(PREFIX)|'

demo: setup-demo build ## build a Go web service in one stage and in several, run it, compare
	scripts/demo $(binary)

recipes: setup-recipes build ## build all of examples/ in one stage and in several, check and measure them; RECIPES=, DOCKER=1
	examples/measure --slipway $(binary) $(if $(DOCKER),--docker) $(RECIPES)

test: setup-test lint ## format, warnings, unit tests, end-to-end tests
	$(SWIFT) build --build-tests -j $(JOBS)
	$(SWIFT) test --skip-build --disable-xctest --skip EndToEndTests
	$(SWIFT) test --skip-build --disable-xctest --filter EndToEndTests

fuzz: setup-build ## fuzz all readers of foreign bytes for SECONDS=60 in all; see Fuzz/run
	Fuzz/run $(SECONDS)

hostile: setup-test ## the full form of the tests with hostile input; some 20 minutes
	$(SWIFT) build --build-tests -j $(JOBS)
	SLIPWAY_HOSTILE=full $(SWIFT) test --skip-build --disable-xctest --filter EndToEndTests.EndToEnd/HostileTests

torture: setup-test ## the full form of the tests with kills, full disks, failing disks and 32 builds at once; an hour
	$(SWIFT) build --build-tests -j $(JOBS)
	SLIPWAY_TORTURE=full $(SWIFT) test --skip-build --disable-xctest --filter EndToEndTests.EndToEnd/TortureTests

build: setup-build ## the release binary, $(binary), its manual pages and shell completions
	$(release)
	scripts/make-manual $(binary) $(manual)

# Does not build, so that `sudo make install` needs no toolchain.
install: ## install binary, manual pages and completions under $(PREFIX); after make build
	@test -x $(binary) -a -f $(manual)/man1/slipway.1 || { echo 'make install: run make build first' >&2; exit 1; }
	install -D -m 755 $(binary) "$(DESTDIR)$(PREFIX)/bin/slipway"
	install -d "$(DESTDIR)$(mandir)/man1"
	install -m 644 $(manual)/man1/*.1 "$(DESTDIR)$(mandir)/man1"
	install -D -m 644 $(manual)/completions/slipway "$(DESTDIR)$(bash_completions)/slipway"
	install -D -m 644 $(manual)/completions/_slipway "$(DESTDIR)$(zsh_completions)/_slipway"
	install -D -m 644 $(manual)/completions/slipway.fish "$(DESTDIR)$(fish_completions)/slipway.fish"

deb: build ## a Debian package for this machine's release and architecture: .build/slipway_*.deb
	rm -f .build/slipway_*.deb
	scripts/make-deb .build

check-deb: deb ## install that package on a clean Debian and build an image there; as root
	scripts/check-deb .build/slipway_*.deb

format: ## format the sources
	$(SWIFT) format format --in-place --parallel --recursive $(sources)

lint: check-scripts ## check the format, change nothing
	$(SWIFT) format lint --strict --parallel --recursive $(sources)

check-scripts:
	@for script in .ci/run Fuzz/run Fuzz/bytes scripts/demo scripts/make-deb scripts/check-deb scripts/remove-store scripts/setup examples/bases/make-base examples/bases/recipes/*.sh \
	    Benchmarks/peers-root Benchmarks/harness/enter-root; do \
	    bash -n "$$script" || exit 1; done
	@python3 -c 'import ast, sys; [ast.parse(open(name).read(), name) for name in sys.argv[1:]]' \
	    scripts/image-facts scripts/make-manual examples/measure examples/measuring/*.py examples/bases/oci-layout examples/bases/debian-sources Benchmarks/run Benchmarks/harness/*.py Tests/EndToEndTests/Support/hostile/*.py Tests/EndToEndTests/Support/*.py

bench: setup-bench build ## measure builds beside dockerd and buildah; as root; see Benchmarks/README.md
	Benchmarks/run $(binary)

clean: ## remove what was built; caches of bases and images stay
	$(SWIFT) package clean

setup-build setup-demo setup-recipes setup-test setup-bench: setup-%:
	@scripts/setup $*
