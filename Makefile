# SPDX-License-Identifier: Apache-2.0
# A thin front of CMake and the scripts; see CMakePresets.json.
JOBS ?= $(shell nproc)
# Tests also wait, so two more than there are processors keep them busy.
TEST_JOBS ?= $(shell expr $$(nproc) + 2)
BENCH_DIR ?= build/bench
SANITIZED ?= -DZEROTOUCH_ALL_TESTS=OFF

.DEFAULT_GOAL := help
.PHONY: help demo build test test-sanitizers test-all test-list bench storm crash compatibility fuzz tidy coverage thread-safety format fresh-machine package package-test

help: ## List these targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

demo: build ## Run the main job on loopback; DATABASE=postgresql://..., KEEP=1 leaves the server running
	DATABASE="$(DATABASE)" KEEP="$(KEEP)" scripts/demo

build: ## Build build/bin/zerotouchd and build/bin/zerotouch
	scripts/install-deps build
	cmake --preset release -DZEROTOUCH_TESTS=OFF -DZEROTOUCH_BENCH=OFF
	cmake --build build -j $(JOBS)

test: ## Build and run every test
	scripts/stage packages scripts/install-deps test
	cmake --preset dev
	scripts/stage build-dev cmake --build build-dev -j $(JOBS)
	scripts/stage test-dev ctest --test-dir build-dev --output-on-failure -j $(TEST_JOBS)

test-sanitizers: ## Run the tests of test/README.md under ASan+UBSan, then under TSan
	scripts/install-deps tools
	cmake --preset asan $(SANITIZED)
	scripts/stage build-asan cmake --build build-asan -j $(JOBS)
	scripts/stage test-asan ctest --test-dir build-asan --output-on-failure -j $(TEST_JOBS)
	cmake --preset tsan $(SANITIZED)
	scripts/stage build-tsan cmake --build build-tsan -j $(JOBS)
	TSAN_OPTIONS="halt_on_error=1" \
	  scripts/stage test-tsan ctest --test-dir build-tsan --output-on-failure -j $(TEST_JOBS)

test-all: ## Run every test under everything; takes an hour or more
	$(MAKE) test test-sanitizers SANITIZED=-DZEROTOUCH_ALL_TESTS=ON

test-list: ## Write test/tests.txt, the list of tests, from the dev build
	/usr/bin/python3 -B test/tidy/test_list.py write test/tests.txt build-dev

compatibility: ## Write docs/compatibility.md anew from what the clients' tests drive
	scripts/install-deps test
	cmake --preset dev
	cmake --build build-dev -j $(JOBS) --target zerotouchd zerotouch grpc_cpp_test
	ctest --test-dir build-dev --output-on-failure -j $(JOBS) -L client
	/usr/bin/python3 -B test/clients/compatibility.py write docs/compatibility.md build-dev/driven

bench: ## Measure, each figure beside its limit; BENCH_DIR keeps the registry of 1,000,000 devices
	scripts/install-deps bench
	cmake --preset release -DZEROTOUCH_TESTS=OFF -DZEROTOUCH_BENCH=ON
	cmake --build build -j $(JOBS)
	build/bin/unclaim_bench sqlite $(BENCH_DIR)
	build/bin/unclaim_bench postgres $(BENCH_DIR)
	build/bin/batches_bench $(BENCH_DIR)
	build/bin/replicas_bench $(BENCH_DIR)
	build/bin/start_bench
	build/bin/calls_bench
	build/bin/postgres_calls_bench $(BENCH_DIR)
	build/bin/idle_bench
	build/bin/writes_bench $(BENCH_DIR)
	build/bin/json_bench
	build/bin/auth_bench

storm: ## Everything that callers may try at once, at full counts, against an optimised server
	scripts/install-deps test
	cmake --preset release -B build-storm -DZEROTOUCH_TESTS=ON
	cmake --build build-storm -j $(JOBS) --target zerotouchd e2e_test
	STORM=full build-storm/bin/e2e_test --gtest_filter='StormTest.*'

crash: ## Kill servers 500 times in batches, and simulate 10,000 runs of three workers
	scripts/install-deps test
	cmake --preset release -B build-storm -DZEROTOUCH_TESTS=ON
	cmake --build build-storm -j $(JOBS) --target zerotouchd e2e_test store_test
	KILLS=500 build-storm/bin/e2e_test --gtest_filter='KillTest.*'
	SIMULATION_SEEDS=10000 build-storm/bin/store_test --gtest_filter='SimulationTest.Three*'

fuzz: ## Run each fuzz target for FUZZ_SECONDS (60 unless set)
	scripts/install-deps tools
	cmake --preset fuzz
	cmake --build build-fuzz -j $(JOBS) --target fuzz_targets
	test/fuzz/run build-fuzz

tidy: ## Run clang-tidy on the files that changed; TIDY=--all for every one
	scripts/install-deps tools
	cmake --preset tidy
	cmake --build build-tidy -j $(JOBS) --target zt_generated
	JOBS=$(JOBS) scripts/stage tidy scripts/tidy $(TIDY)

coverage: ## Count the lines and branches that COVERAGE_TESTS run; fail below test/coverage-floor
	scripts/install-deps coverage
	JOBS=$(JOBS) scripts/coverage $(COVERAGE_TESTS)

thread-safety: ## Only check which mutex guards what in src/ and apps/; the ASan build checks it too
	scripts/install-deps tools
	cmake --preset thread-safety
	cmake --build --preset thread-safety -j $(JOBS)

format: ## Format the C++ with clang-format
	scripts/install-deps tools
	find src apps test bench -name '*.cc' -o -name '*.h' | xargs clang-format -i

package: ## Build the Debian package, a tarball, an OCI image and an SBOM of HEAD in dist/
	scripts/install-deps package
	JOBS=$(JOBS) scripts/package dist
	lintian --fail-on error,warning --no-tag-display-limit dist/*.deb
	/usr/bin/python3 -B packaging/check_artifacts.py dist
	systemd-analyze security --offline=yes --no-pager --threshold=20 packaging/systemd/zerotouchd.service >/dev/null

package-test: ## Build it again elsewhere, compare, and install it in a new minimal Debian 12 (as root)
	PACKAGE_DIR=build/package-again JOBS=$(JOBS) scripts/package build/dist-again
	/usr/bin/python3 -B packaging/check_artifacts.py dist build/dist-again
	/usr/bin/python3 -B test/package/install_test.py dist $(BASE)

fresh-machine: ## Run `make demo` and `make test` in a new minimal Debian 12 (as root)
	scripts/install-deps fresh
	scripts/fresh-machine
