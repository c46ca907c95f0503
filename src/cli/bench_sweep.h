// `bench` with several models or lists of options: one run per configuration, each in its own
// directory under the sweep's.
#pragma once

#include "cli/bench_request.h"
#include "cli/run_command.h"
#include "cli/sweep_request.h"

namespace jetmeter {

struct BenchSweep {
  const BenchOptions& options;
  const BenchSweepOptions& sweep;
  const RunCommandOptions& show;
  OptionValues values;  // of every option, as they were asked for
};
Result<ExitCode> bench_sweep(const BenchSweep&, const Invocation&);

}  // namespace jetmeter
