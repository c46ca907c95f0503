// Starts the workers, tells them what to do, listens to them, and survives them. One thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "jetmeter/run.h"
#include "jetmeter/sampler.h"
#include "run/budget_guard.h"
#include "run/lane.h"
#include "run/telemetry_log.h"
#include "run/worker_process.h"

namespace jetmeter {

class Supervisor {
 public:
  Supervisor(const RunSpec&, const RunContext&, RunDir&, Sampler&, TelemetryLog&);
  ~Supervisor();  // kills what is left

  // One lane per slot that is to run; the reference stays valid.
  Lane& add_lane(const SlotSpec&);
  // Largest model first. Lanes that fail are gone afterwards.
  void load();
  // Each ready lane alone, for a while.
  void solo();
  // All ready lanes together: in step over `pairing`, or each for itself.
  void measure(const std::optional<Pairing>& pairing);
  void unload();

  std::vector<std::unique_ptr<Lane>>& lanes() { return lanes_; }
  bool interrupted() const { return interrupted_; }

 private:
  void start_worker(std::vector<Lane*> lanes);
  void watch_memory(WorkerProcess&);
  void take_readings();
  void check_budgets();
  std::vector<std::vector<Lane*>> groups() const;
  // Listens until `done`, or until no worker is left.
  void listen(const std::function<bool()>& done);
  void wait_for_events();
  void receive_all();
  void advance_pairs();
  void check_silence();
  void check_interrupt();
  void bury(WorkerProcess&);
  std::vector<Lane*> with_state(LaneState) const;
  std::int64_t expected_frames(const Lane&) const;
  void report_progress();

  const RunSpec& spec_;
  const RunContext& context_;
  RunDir& dir_;
  Sampler& sampler_;
  TelemetryLog& telemetry_;
  BudgetGuard budgets_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::vector<WorkerProcess> workers_;
  std::vector<FootprintReading> readings_;  // taken and not yet judged
  bool interrupted_ = false, stopping_ = false;
  Nanoseconds last_sync_{0};
};

}  // namespace jetmeter
