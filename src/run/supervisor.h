// Starts the workers, tells them what to do, listens to them, and survives them. One thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "jetmeter/memory.h"
#include "jetmeter/memory_limit.h"
#include "jetmeter/run.h"
#include "jetmeter/sampler.h"
#include "run/lane.h"
#include "run/process.h"
#include "run/telemetry_log.h"

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
  struct Worker {
    pid_t pid = -1;
    std::string name;  // of its readings: "worker.rgb"
    std::vector<Lane*> lanes;
    std::vector<std::size_t> marks_judged;  // of each lane: of so many phases that ended
    std::string killed_because;
    bool killed_by_others = false;  // by SIGKILL, and not by the supervisor
    bool killed_over_budget = false;
    std::optional<std::int64_t> oom_kills_before;
    MemoryLimit limit;
    std::optional<BudgetWatch> watch;
    std::uint64_t last_peak_bytes = 0, highest_mark_bytes = 0;  // of readings; of phases
  };
  void start_worker(std::vector<Lane*> lanes);
  std::optional<MemoryLimit> prepare_limit(const Worker&) const;
  void watch_memory(Worker&);
  void take_readings();
  void check_budgets();
  void check_budget(Worker&, const FootprintReading&);
  void check_high_water_marks(Worker&);
  // What came of holding `bytes` against the limit.
  void tell(Worker&, BudgetWatch::Event, std::string_view phase, std::uint64_t bytes);
  void report_violations(Worker&);
  void report_kill(Lane&);
  std::vector<std::vector<Lane*>> groups() const;
  // Listens until `done`, or until no worker is left.
  void listen(const std::function<bool()>& done);
  void wait_for_events();
  void receive_all();
  void advance_pairs();
  void check_silence();
  void check_interrupt();
  void bury(Worker&);
  void kill_worker(Worker&, const std::string& why);
  std::string cause_of_death(const Worker&, int status) const;
  bool killed_for_its_limit(const Worker&) const;
  std::vector<Lane*> with_state(LaneState) const;
  std::int64_t expected_frames(const Lane&) const;
  void report_progress();

  const RunSpec& spec_;
  const RunContext& context_;
  RunDir& dir_;
  Sampler& sampler_;
  TelemetryLog& telemetry_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::vector<Worker> workers_;
  std::vector<FootprintReading> readings_;  // taken and not yet judged
  bool interrupted_ = false, stopping_ = false;
  Nanoseconds last_sync_{0};
};

}  // namespace jetmeter
