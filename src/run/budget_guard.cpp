#include "run/budget_guard.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "run/near_limit.h"
#include "run/policy_limit.h"
#include "run/untold_memory.h"

namespace jetmeter {
namespace {

// Which of the lanes' phases ran then; empty: none.
std::string_view phase_at(const std::vector<Lane*>& lanes, Nanoseconds at) {
  std::string_view phase;
  for (const auto* lane : lanes)
    if (phase.empty()) phase = lane->phases().at(at);
  return phase;
}

}  // namespace

void BudgetGuard::set_limit(WorkerProcess& worker) const {
  if (auto limit = prepare_limit(policy_, context_.host, worker.name)) {
    worker.limit = std::move(*limit);
    worker.watch.emplace(*policy_.limit_bytes);
    for (auto* lane : worker.lanes) lane->data.budget = worker.limit.budget();
  }
}

// A process that ends reads in what its libraries do at the end: megabytes that are no model's.
void BudgetGuard::judge(WorkerProcess& worker, const FootprintReading& reading) {
  const auto phase = phase_at(worker.lanes, reading.at);
  if (phase.empty()) return;
  for (auto* lane : worker.lanes)
    keep_gpu_reading(lane->data, lane->phases().at(reading.at), reading.footprint);
  const auto bytes = reading.footprint.total()->bytes();
  worker.last_peak_bytes = std::max(worker.last_peak_bytes, bytes);
  if (!worker.watch) return;
  const auto held =
      held_against(worker.limit.budget(), reading.footprint, worker.limit.peak_bytes());
  tell(worker, worker.watch->observe(reading.at, phase, *held), phase, bytes);
}

// The kernel's marks know of what fell between two readings.
void BudgetGuard::judge_high_water_marks(WorkerProcess& worker) {
  for (std::size_t i = 0; i < worker.lanes.size(); ++i) {
    const auto ended = worker.lanes[i]->phases().ended();
    for (auto& judged = worker.marks_judged[i]; judged < ended.size(); ++judged) {
      const auto& phase = ended[judged];
      if (!phase.peak_bytes) continue;
      worker.highest_mark_bytes = std::max(worker.highest_mark_bytes, *phase.peak_bytes);
      if (!worker.watch) continue;
      const auto held = held_against(worker.limit.budget(), {ViewBytes(*phase.peak_bytes), {}},
                                     worker.limit.peak_bytes());
      const PhaseMark mark{phase.name, phase.from, *phase.to, *held};
      tell(worker, worker.watch->observe(mark), phase.name, *phase.peak_bytes);
    }
  }
}

void BudgetGuard::tell(WorkerProcess& worker, BudgetWatch::Event event, std::string_view phase,
                       std::uint64_t bytes) {
  const auto held = fmt::format("the worker held {} in phase {}", format_bytes(bytes), phase);
  const auto limit = format_bytes(worker.limit.budget().limit_bytes);
  const auto& slot = worker.lanes.front()->data.spec.name;
  switch (event) {
    case BudgetWatch::Event::none: break;
    case BudgetWatch::Event::near:
      context_.warn(
          near_limit_warning(worker.limit.budget(), phase, bytes, worker.limit.peak_bytes(), slot));
      break;
    case BudgetWatch::Event::violation_began: {
      dir_.log(context_.clock->wall(),
               fmt::format("ERROR {}: {}, over its limit of {}", slot, held, limit));
      if (!policy_.stop_over_budget || worker.pid < 0) break;
      worker.killed_over_budget = true;
      kill_worker(worker, fmt::format("stopped: {}, over its limit of {}", held, limit));
    }
  }
}

// Monotonic times of the violations as times of the day.
void BudgetGuard::report_violations(WorkerProcess& worker) const {
  if (!worker.watch) return;
  const auto now = context_.clock->monotonic();
  const auto wall = context_.clock->wall();
  std::vector<ViolationRecord> records;
  for (const auto& violation : worker.watch->violations())
    records.push_back(
        {wall - std::chrono::duration_cast<std::chrono::microseconds>(now - violation.began),
         std::chrono::duration<double>(violation.ended - violation.began).count(), violation.phase,
         violation.peak_bytes, violation.over_bytes, std::nullopt,
         violation.read ? ViolationKind::readings : ViolationKind::high_water_mark});
  for (auto* lane : worker.lanes) {
    auto& all = lane->data.violations;  // what it was refused is there already
    all.insert(all.end(), records.begin(), records.end());
    std::ranges::sort(all, {}, &ViolationRecord::began);
  }
}

void BudgetGuard::report_kill(Lane& lane) const {
  ViolationRecord killed{.began = context_.clock->wall(), .phase = lane.phase()};
  killed.kind = ViolationKind::killed;
  lane.data.violations.push_back(std::move(killed));
}

}  // namespace jetmeter
