// How work is offered to a model and when that ends: scenarios, arrival schedules, stop rules, the
// loop that measures. A Task is one lane that can do one unit of work at a time (a session with its
// inputs); everything here is generic over it, and tests drive it with a task of their own.
//
// Latency is counted from the *scheduled* time where there is a schedule (`rate`, `poisson`), so
// that a generator that is late is charged to the system and not hidden (no coordinated omission);
// from the start of the work otherwise.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "jetmeter/core.h"
#include "jetmeter/stats.h"

namespace jetmeter {

// ---- what is measured of one unit of work ------------------------------------------------------

// In the order in which they happen. Not every task can tell every stage.
enum class Stage {
  acquire,
  preprocess,
  host_to_device,
  enqueue,
  compute,
  device_to_host,
  postprocess
};
inline constexpr std::size_t kStages = 7;
std::string_view name(Stage);  // "host_to_device"

// Durations of the stages that a task can tell apart; the others are absent.
class StageTimes {
 public:
  void set(Stage stage, Nanoseconds took) { ns_[index(stage)] = took.count(); }
  std::optional<Nanoseconds> get(Stage stage) const {
    const auto ns = ns_[index(stage)];
    if (ns < 0) return std::nullopt;
    return Nanoseconds(ns);
  }
  void clear() { ns_.fill(kAbsent); }

 private:
  static constexpr std::int64_t kAbsent = -1;  // never leaves this class
  static std::size_t index(Stage stage) { return static_cast<std::size_t>(stage); }
  std::array<std::int64_t, kStages> ns_{kAbsent, kAbsent, kAbsent, kAbsent,
                                        kAbsent, kAbsent, kAbsent};
};

// One lane of work. Used by one thread at a time.
class Task {
 public:
  virtual ~Task() = default;
  // Does the work once and returns when its result may be used. Sets what it can tell of the
  // stages (they were cleared before). An error ends the load.
  virtual Result<void> run(StageTimes&) = 0;
};

enum class Outcome : std::uint8_t { done, dropped };

// One unit of work. Times are monotonic.
struct LoadSample {
  std::int64_t index = 0;                   // in the schedule, or of issue
  std::int64_t scheduled_ns = 0;            // when it was due; without a schedule, when it began
  std::int64_t began_ns = 0, ended_ns = 0;  // dropped: both are the time at which it was given up
  StageTimes stages;
  std::int32_t lane = 0;
  Outcome outcome = Outcome::done;

  std::int64_t latency_ns() const { return ended_ns - scheduled_ns; }
  std::int64_t service_ns() const { return ended_ns - began_ns; }
  std::int64_t lateness_ns() const { return began_ns - scheduled_ns; }
};

// Takes samples from the measuring threads, one lane from one thread at a time. Must not block for
// long and must not allocate for each sample.
class LoadSink {
 public:
  virtual ~LoadSink() = default;
  virtual void add(const LoadSample&) = 0;
};

// ---- scenarios ---------------------------------------------------------------------------------

enum class ScenarioKind {
  single,   // one at a time, the next when the last has ended
  multi,    // `in_flight` at a time, one lane each
  rate,     // due every 1/per_second, as frames of a camera
  poisson,  // due at random, per_second on average, as requests of strangers
  offline   // `offline_count` at once, as fast as the lanes go
};
std::string_view name(ScenarioKind);

// What happens to work that is due while every lane is busy.
enum class WhenBusy { queue, drop };
std::string_view name(WhenBusy);

struct Scenario {
  ScenarioKind kind = ScenarioKind::single;
  int in_flight = 1;      // lanes; 1 for `single`
  double per_second = 0;  // rate, poisson
  WhenBusy when_busy = WhenBusy::queue;
  std::int64_t queue_limit = 0;         // work waiting beyond it is dropped; 0: no limit
  std::optional<Nanoseconds> deadline;  // from the scheduled time; rate: the period when not given
  std::uint64_t seed = 1;               // poisson
  std::int64_t offline_count = 0;       // offline; 0: the stop rules decide
};

// Minimum time AND minimum count AND, where it is given, the target; the maxima end a run before.
struct StopRules {
  Nanoseconds min_time = std::chrono::seconds(3);
  std::int64_t min_count = 10;
  // Half the width of the 95 % interval of the median, in percent of the median.
  std::optional<double> median_within_percent;
  Nanoseconds max_time = std::chrono::seconds(60);
  std::int64_t max_count = 2'000'000;
};

// Before anything is counted: both must be reached.
struct WarmUp {
  Nanoseconds min_time = std::chrono::milliseconds(200);
  std::int64_t min_count = 10;
};

// What ended a run.
enum class StopReason {
  minimums_met,  // time, count, and the target where there is one
  max_time,
  max_count,
  all_done,     // offline: everything that there was
  interrupted,  // somebody asked
  failed        // a task
};
std::string_view name(StopReason);

struct LoadOutcome {
  StopReason stopped_by = StopReason::minimums_met;
  std::string stop_sentence;  // "3.00 s and 10 inferences were reached" with the real numbers
  Nanoseconds began{0}, ended{0};
  std::int64_t issued = 0, done = 0, dropped = 0, missed_deadline = 0;
  std::optional<double> median_within_percent;  // reached, when it was asked for
  std::optional<Error> error;                   // of the task that failed
  std::int64_t clock_steps_back = 0;            // readings of the clock that went back
};

struct LoadWorld {
  const Clock* clock = &system_clock();
  const std::atomic<bool>* stop = nullptr;  // set by anyone: finish the work in flight and return
};

// Runs warm-up work on every lane; nothing of it is reported. `tasks`: one per lane.
Result<std::int64_t> warm_up(const WarmUp&, std::span<Task* const> tasks, const LoadWorld&);

// Measures. `tasks.size()` lanes, `sinks` one per lane; a lane's thread is the caller's own where
// there is one lane. A task's error is in the outcome, with everything before it in the sinks.
// Fails when the scenario itself is wrong (no lanes, a rate of 0).
Result<LoadOutcome> run_load(const Scenario&, const StopRules&, std::span<Task* const> tasks,
                             std::span<LoadSink* const> sinks, const LoadWorld&);

// Due times since the start, ascending, up to `horizon`. Pure and repeatable from the scenario.
std::vector<Nanoseconds> arrival_schedule(const Scenario&, Nanoseconds horizon,
                                          std::int64_t max_count);

// What the loop costs beside the work: the same loop around a task that does nothing.
struct LoopOverhead {
  double per_iteration_ns = 0;  // median
  double clock_ns = 0;          // one reading of the clock
  double clock_resolution_ns = 0;
};
LoopOverhead measure_loop_overhead(const LoadWorld& = {});

// ---- the highest rate that holds a bound -------------------------------------------------------

struct RateBound {
  double quantile = 0.99;              // of the latency
  std::optional<Nanoseconds> latency;  // at this quantile
  std::optional<double> drop_percent;  // and/or: at most this share dropped
};

// One trial at one rate and what it said.
struct RateTrial {
  double per_second = 0;
  bool holds = false;
  std::string reason;  // "p99 is 41.2 ms, over 33.0 ms"
  std::optional<double> latency_ms, drop_percent, achieved_per_second;
};

struct RateSearchOptions {
  double start_per_second = 1;
  double precision = 0.02;  // stops when the bounds are this close, relatively
  int max_trials = 24;
};

struct RateSearch {
  std::optional<double> per_second;  // absent: not even the lowest rate tried holds
  std::vector<RateTrial> trials;
  std::string verdict;  // one sentence
};

// Doubling until a trial fails (halving until one holds), then bisection. `trial` measures at a
// rate. Pure but for `trial`.
Result<RateSearch> find_rate(const RateSearchOptions&,
                             const std::function<Result<RateTrial>(double per_second)>& trial);
// What the samples of a trial say about the bound. A percentile that n cannot carry does not hold.
RateTrial judge_rate(double per_second, const RateBound&, std::span<const LoadSample>,
                     const LoadOutcome&);

}  // namespace jetmeter
