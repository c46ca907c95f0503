#include "run/worker_process.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <string_view>

#include "run/process.h"
#include "run/untold_memory.h"

namespace jetmeter {
namespace {

// What was read of a worker (0 bytes: nothing), and what that is.
struct ReadPeak {
  std::uint64_t bytes = 0;
  std::string_view quantity = "footprint";
};

std::string_view quantity_read(const std::vector<Lane*>& lanes) {
  const bool untold =
      std::ranges::any_of(lanes, [](const Lane* lane) { return holds_untold_memory(lane->data); });
  return untold ? "PSS" : "footprint";
}

// Of what was read, and of what the kernel held against a limit.
std::string last_known_peak(const ReadPeak& read, std::optional<std::uint64_t> charged = {}) {
  const auto of_read = fmt::format("{} of {}", format_bytes(read.bytes), read.quantity);
  if (!charged) return read.bytes > 0 ? "last known peak " + of_read : "its peak is not known";
  auto text = fmt::format("last known peak {} charged to its group", format_bytes(*charged));
  return read.bytes > 0 ? text + ", " + of_read : text;
}

}  // namespace

void kill_worker(WorkerProcess& worker, const std::string& why) {
  if (worker.killed_because.empty()) worker.killed_because = why;
  kill(worker.pid, SIGKILL);
}

bool killed_for_its_limit(const WorkerProcess& worker) {
  const auto kills = worker.limit.kills();
  return kills ? *kills > 0 : worker.killed_by_others && worker.limit.reached_limit();
}

std::string cause_of_death(const WorkerProcess& worker, int status, const Host& host) {
  if (!worker.killed_because.empty()) return worker.killed_because;
  const ReadPeak peak{std::max(worker.last_peak_bytes, worker.highest_mark_bytes),
                      quantity_read(worker.lanes)};
  if (killed_for_its_limit(worker)) {
    const auto& budget = worker.limit.budget();
    const std::string_view counted =
        worker.limit.kills() ? ""
                             : "; this kernel does not count its kills: told by SIGKILL and by "
                               "memory that was refused at the limit";
    return fmt::format("the kernel killed the worker at its limit of {} ({}; {}{})",
                       format_bytes(budget.limit_bytes), budget.mechanism,
                       last_known_peak(peak, worker.limit.peak_bytes()), counted);
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == kExitNotLimited)
    return fmt::format("the worker could not be put under its limit by {}",
                       worker.limit.budget().mechanism);
  const auto before = worker.oom_kills_before, after = oom_kills(host);
  const bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  if (killed && before && after && *after > *before)
    return fmt::format("the kernel's out-of-memory killer ended the worker (signal SIGKILL; {})",
                       last_known_peak(peak));
  return fmt::format("the worker ended by {}", describe_exit(status));
}

}  // namespace jetmeter
