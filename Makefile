# The front door. Thin: what is more than a line stands in scripts/ and in CMakePresets.json.

jobs := $(shell nproc)

.DEFAULT_GOAL := help
.PHONY: help setup setup-tests build demo test bench check check-all asan tsan clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

setup:  ## install what is missing (asks nothing, may be repeated)
	@scripts/setup.sh

setup-tests:
	@scripts/setup.sh --tests

build: setup  ## build the program, optimised: build/release/src/cli/jetmeter
	@$(call build_preset,release,-DJM_TESTS=OFF -DJM_BENCH=OFF)

demo: build  ## the main job on generated scenes with generated detectors, in half a minute
	@build/release/src/cli/jetmeter demo

test: setup-tests  ## build everything and run every test
	@$(call build_preset,dev,-DJM_PRECOMPILE=ON -DJM_BENCH=ON -DCMAKE_CXX_FLAGS_DEBUG=-g1)
	@scripts/test.sh dev

bench: setup  ## our hot paths, each beside what a user would take instead
	@$(call build_preset,release,-DJM_TESTS=OFF -DJM_BENCH=ON)
	@if [ -x build/release/bench/jm_bench ]; then build/release/bench/jm_bench; fi
	@build/release/bench/jm_detect_throughput
	@build/release/bench/jm_sampler_effect
	@build/release/bench/jm_stats_scale
	@build/release/bench/jm_load_figures
	@build/release/bench/jm_compare_verdicts
	@if [ -x build/release/bench/jm_bench_versus_loop ]; then build/release/bench/jm_bench_versus_loop; fi
	@if [ -x build/release/bench/jm_quantized_speed ]; then build/release/bench/jm_quantized_speed; fi

check:  ## format, layers, lint of what changed, shell scripts
	@scripts/setup.sh --tools
	@cmake --preset dev >/dev/null
	@scripts/check.sh

check-all:  ## the same, lint of everything
	@scripts/setup.sh --tools
	@cmake --preset dev >/dev/null
	@scripts/check.sh --all

asan: setup-tests  ## every test under the address and undefined behaviour sanitizers
	@$(call build_preset,asan,)
	@scripts/test.sh asan

tsan: setup-tests  ## every test under the thread sanitizer
	@$(call build_preset,tsan,)
	@scripts/test.sh tsan

clean:  ## remove what was built; .deps/ stays
	rm -rf build

# $(call build_preset,<preset>,<options>)
define build_preset
mkdir -p build; echo "build: configuring build/$(1)"; \
cmake --preset $(1) $(2) >build/$(1).log 2>&1 || { cat build/$(1).log; exit 1; }; \
echo "build: compiling with $(jobs) jobs"; cmake --build build/$(1) --parallel $(jobs)
endef
