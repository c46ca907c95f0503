// Puts workers under the run's memory limit and holds what they are known to take against it: warns
// near the limit, logs what is over it and stops that where it was asked for, and at the end writes
// the violations into the slots. The workers are the supervisor's; so is the thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "jetmeter/memory.h"
#include "jetmeter/run.h"
#include "run/run_dir.h"
#include "run/telemetry_log.h"
#include "run/worker_process.h"

namespace jetmeter {

class BudgetGuard {
 public:
  // All must outlive it.
  BudgetGuard(const MemoryPolicy& policy, const RunContext& context, RunDir& dir)
      : policy_(policy), context_(context), dir_(dir) {}

  // Of a worker that is not started yet; nothing where the run has no limit.
  void set_limit(WorkerProcess&) const;
  // Of a phase of the worker's slots: what was read is kept there, and judged.
  void judge(WorkerProcess&, const FootprintReading&);
  // Of the phases that ended since the last call.
  void judge_high_water_marks(WorkerProcess&);
  // Into the worker's slots, once it has ended.
  void report_violations(WorkerProcess&) const;
  // That the kernel killed its worker for the limit's sake.
  void report_kill(Lane&) const;

 private:
  // What came of holding `bytes` against the limit.
  void tell(WorkerProcess&, BudgetWatch::Event, std::string_view phase, std::uint64_t bytes);

  const MemoryPolicy& policy_;
  const RunContext& context_;
  RunDir& dir_;
};

}  // namespace jetmeter
