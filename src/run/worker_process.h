// A worker's process as the supervisor keeps it, and how it came to its end. The process is the
// supervisor's: it alone starts it and waits for its end.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "jetmeter/memory.h"
#include "jetmeter/memory_limit.h"
#include "run/lane.h"

namespace jetmeter {

struct WorkerProcess {
  pid_t pid = -1;                         // -1: not started, or gone
  std::string name;                       // of its readings: "worker.rgb"
  std::vector<Lane*> lanes;               // the supervisor's; they share the process
  std::vector<std::size_t> marks_judged;  // of each lane: of so many phases that ended
  std::string killed_because;
  bool killed_by_others = false;  // by SIGKILL, and not by the supervisor
  bool killed_over_budget = false;
  std::optional<std::int64_t> oom_kills_before;
  MemoryLimit limit;
  std::optional<BudgetWatch> watch;
  std::uint64_t last_peak_bytes = 0, highest_mark_bytes = 0;  // of readings; of phases
};

// The first reason counts. The process is still to be waited for.
void kill_worker(WorkerProcess&, const std::string& why);

bool killed_for_its_limit(const WorkerProcess&);

// In words. `status` is what waiting for it gave; its limit is still held.
std::string cause_of_death(const WorkerProcess&, int status, const Host&);

}  // namespace jetmeter
