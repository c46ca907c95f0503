// `bench` with several models or lists of options: one run per configuration, each in its own
// directory under the sweep's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/bench_request.h"
#include "cli/run_command.h"
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

// What varies; empty: nothing does, and it is one run.
Result<std::vector<SweepAxis>> sweep_axes(const BenchOptions&, const BenchSweepOptions&);

// That nothing was asked for which only a sweep has.
Result<void> check_alone(const BenchSweepOptions&);

struct BenchSweep {
  const BenchOptions& options;
  const BenchSweepOptions& sweep;
  const RunCommandOptions& show;
  OptionValues values;  // of every option, as they were asked for
};
Result<ExitCode> bench_sweep(const BenchSweep&, const Invocation&);

}  // namespace jetmeter
