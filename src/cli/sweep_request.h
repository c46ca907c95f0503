// The options of a sweep, and what they ask for together with those of `bench`: what varies, in
// which order, and the pause between two steps.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/bench_request.h"
#include "jetmeter/sweep.h"

namespace jetmeter {

struct BenchSweepOptions {
  std::vector<std::string> axes;  // "rate=10,20,30": of any option
  std::string file;               // TOML with a [sweep] table
  std::optional<int> repeats;
  std::optional<std::uint64_t> seed;  // of the order
  bool in_order = false, resume = false, dry_run = false;
  std::string cool_down;
  std::string rank = "p50";
};

void add_bench_sweep_options(CLI::App& app, BenchSweepOptions&);

struct SweepRequest {
  std::vector<SweepAxis> axes;
  SweepOptions options;
  std::optional<CoolDown> cool_down;
};

// The axes of the file and of the words; of the rest the words count where both tell it.
Result<SweepRequest> read_sweep_request(const BenchOptions&, const BenchSweepOptions&);

// What varies; empty: nothing does, and it is one run.
Result<std::vector<SweepAxis>> sweep_axes(const BenchOptions&, const BenchSweepOptions&);

// That nothing was asked for which only a sweep has.
Result<void> check_alone(const BenchSweepOptions&);

}  // namespace jetmeter
