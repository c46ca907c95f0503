// The life of a load inside its worker process: load, hold, first inference, warm-up, then what the
// supervisor orders: the search for a rate, the measurement, the ladder.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "run/bench_lanes.h"
#include "run/bench_orders.h"
#include "run/loaded_model.h"
#include "run/orders.h"
#include "run/sample_pipe.h"
#include "run/socket_turns.h"
#include "run/wire.h"
#include "run/worker_phases.h"

namespace jetmeter {

class BenchWorker {
 public:
  BenchWorker(MessageReader& orders, MessageWriter& out) : orders_(orders), out_(out) {}
  // Returns when the supervisor says quit or is gone, or after an error was sent.
  void serve(WorkerSpec);

 private:
  // Each step's error is a sentence for the report.
  Result<void> prepare();
  Result<void> load();
  void hold();
  Result<void> first_inference();
  Result<void> warm_up();
  void dump_outputs();
  void report_model();
  // What is known of the load by now, so that it is not lost with this process.
  void tell_report();
  void obey();
  Result<void> run_pass(const PassOrder&);
  Result<void> search(const LoadWorld&);
  // Half of what the lanes can do, by a few inferences: a search from there is short.
  Result<double> likely_rate();
  Result<RateTrial> try_rate(double per_second, const LoadWorld&);
  Result<RateTrial> run_trial(double per_second, const StopRules&, LoadWorld);
  void tell_trial(const RateTrial&);
  Result<PassReport> measure(LoadWorld, SocketTurns*);  // null: no turns
  // Where another run is to have its turns: ready when that one is. Null: none.
  std::unique_ptr<SocketTurns> meet_the_other(const LoadWorld&);
  void climb_ladder(const LoadWorld&);
  void note_precision(const LoadWorld&);  // of the ladder, where it is not what was asked for
  // In a session of its own: a profiler takes time itself. The measured one is gone then.
  Result<void> profile_layers(const LoadWorld&);
  void note_outcome(const LoadOutcome&);
  const BenchSpec& bench() const { return *spec_.slot.bench; }

  MessageReader& orders_;
  MessageWriter& out_;
  const Clock& clock_ = system_clock();
  WorkerSpec spec_;
  WorkerPhases phases_{out_, clock_};

  LoadedModel loaded_;
  std::optional<BenchLanes> lanes_;
  bool refused_ = false;  // what was asked for does not fit the model
  Scenario scenario_;     // with the rate that was found
  Nanoseconds first_inference_{0};
  BenchReport report_;
};

}  // namespace jetmeter
