// The options of `bench`, and what its command line says before anything runs.
#pragma once

#include <string>
#include <vector>

#include "cli/bench_request.h"
#include "cli/bench_sweep.h"
#include "cli/run_command.h"

namespace jetmeter {

struct BenchCommand {
  BenchOptions options;
  BenchSweepOptions sweep;
  RunCommandOptions show;
  bool dump_config = false;
  std::string config;  // read before CLI11 sees the arguments; here for --help
};

void add_bench_command(CLI::App&, BenchCommand&);

// Whether `words`, "bench" first, are several runs. What cannot be parsed is none.
bool is_sweep(const std::vector<std::string>& words);

// Whether `words`, "bench" first, are one load that another run may be measured in turn with. What
// cannot be parsed is none.
bool is_measured_in_turn(const std::vector<std::string>& words);

}  // namespace jetmeter
