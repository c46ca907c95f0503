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
  std::int64_t began_ns = 0, ended_ns = 0;  // dropped: both are the time at which it was due
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
  double per_second = 0;  // rate, poisson; 0.0001 to 1e9
  WhenBusy when_busy = WhenBusy::queue;
  std::int64_t queue_limit = 0;  // work waiting beyond it is dropped; 0: no limit
  // From the scheduled time, for the latency of what was done; rate: the period when not given.
  std::optional<Nanoseconds> deadline;
  std::uint64_t seed = 1;          // poisson
  std::int64_t offline_count = 0;  // offline; 0: the stop rules decide
};

// Minimum time AND minimum count AND, where it is given, the target; the maxima end a run before.
// Work in flight is always finished.
struct StopRules {
  Nanoseconds min_time = std::chrono::seconds(3);
  std::int64_t min_count = 10;  // of what was done; at least 1
  // Half the width of the 95 % interval of the median, in percent of the median. Looked at when
  // the minimums are met and the count has grown by half since the last look; a look takes about
  // 0.1 us a sample, between two pieces of work of one lane.
  std::optional<double> median_within_percent;
  Nanoseconds max_time = std::chrono::seconds(60);
  std::int64_t max_count = 2'000'000;  // of what was begun or dropped
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

// The counts: issued = done + dropped + those whose task failed.
struct LoadOutcome {
  StopReason stopped_by = StopReason::minimums_met;
  // "stopped after 3.00 s and 41 inferences: the minimum of 3.00 s and of 10 inferences is reached"
  std::string stop_sentence;
  Nanoseconds began{0}, ended{0};  // `ended`: when the last lane was through
  Nanoseconds of_others{0};        // in between, the turns of somebody else
  Nanoseconds measured() const { return ended - began - of_others; }
  std::int64_t issued = 0, done = 0;
  std::int64_t dropped = 0;          // neither done nor late: see WhenBusy
  std::int64_t missed_deadline = 0;  // of those that were done
  // Due before the end and still waiting in the queue then. They have no sample, and their latency
  // would have been longer than any: a percentile that forgets them flatters an overloaded system.
  std::int64_t unserved = 0;
  // The generator's own faults: of the `awaited` (a lane was free before they were due) those that
  // began late by more than a twentieth of the mean gap, and by more than 50 us.
  std::int64_t awaited = 0, generator_late = 0;
  std::string waiting;  // rate, poisson: how lanes wait for a due time here, and why; or empty
  std::optional<double> median_within_percent;  // reached, when it was asked for
  std::optional<Error> error;                   // of the task that failed
  // Readings of the clock that went back. Time is then taken to have stood still, so that no
  // duration is negative.
  std::int64_t clock_steps_back = 0;
};

// How a lane waits until its clock shows a time.
class Waiter {
 public:
  virtual ~Waiter() = default;
  // Returns at `until`, or before (after some milliseconds, so that the caller can look whether it
  // shall stop; it then calls again). Called by every lane, from its own thread.
  virtual void wait_until(const Clock&, Nanoseconds until) = 0;
};

// Work of somebody else that is measured in turn with a load's own, on the same machine, so that
// whatever the machine does meets both.
class Turns {
 public:
  virtual ~Turns() = default;
  // Called by the lane after every piece of work, with its clock's time. Where the turn is over it
  // returns when the next one begins. True: the machine was somebody else's in between.
  virtual bool after_work(Nanoseconds now) = 0;
};

struct LoadWorld {
  const Clock* clock = &system_clock();
  const std::atomic<bool>* stop = nullptr;  // set by anyone: finish the work in flight and return
  Waiter* waiter = nullptr;  // none: every lane sleeps and spins by the machine's clock
  std::optional<int> cores;  // that may be spun on; absent: as many as this process may run on
  // For one lane that works back to back. The time of others counts for no rule and no rate.
  Turns* turns = nullptr;
  // Called while a lane waits for a due time that is at least some milliseconds away, by its
  // thread, about fifty times a second. Must return at once.
  std::function<void()> waits{};
};

// How lanes wait where the world brings no waiter.
struct WaitPlan {
  bool spin = false;  // for the last stretch before a due time; otherwise the timer alone decides
  std::string sentence;  // what was chosen and why
};
// Spinning takes a core from somebody else when there are not more cores than lanes. Pure.
WaitPlan plan_waiting(int lanes, int cores);

// Runs warm-up work on every lane until each has reached both rules; nothing of it is reported but
// the number of runs of all lanes. `tasks`: one per lane. Fails when a task does.
Result<std::int64_t> warm_up(const WarmUp&, std::span<Task* const> tasks, const LoadWorld&);

// Measures. `tasks.size()` lanes, as many as `in_flight`, `sinks` one per lane; a lane's thread is
// the caller's own where there is one lane. A free lane takes what is due next. A task's error or
// exception is in the outcome, with everything before it in the sinks; the other lanes finish what
// they have begun. Fails when the request itself is wrong (no lanes, a rate of 0).
Result<LoadOutcome> run_load(const Scenario&, const StopRules&, std::span<Task* const> tasks,
                             std::span<LoadSink* const> sinks, const LoadWorld&);

// Due times of `rate` and `poisson` since the start, ascending, before `horizon`. Pure and
// repeatable from the scenario, the same on every machine. Empty for the other kinds, and for a
// rate that is none.
std::vector<Nanoseconds> arrival_schedule(const Scenario&, Nanoseconds horizon,
                                          std::int64_t max_count);

// What the loop costs beside the work: the same loop around a task that does nothing.
struct LoopOverhead {
  double per_iteration_ns = 0;  // median
  double clock_ns = 0;          // one reading of the clock
  // The smallest step seen between two readings: of a fine clock, the time of a reading. 0 is a
  // clock that stood still.
  double clock_resolution_ns = 0;
};
LoopOverhead measure_loop_overhead(const LoadWorld& = {});

// ---- the highest rate that holds a bound -------------------------------------------------------

struct RateBound {
  double quantile = 0.99;              // of the latency
  std::optional<Nanoseconds> latency;  // at this quantile
  std::optional<double> drop_percent;  // and/or: at most this share dropped; above 0, at most 100
};

// One trial at one rate and what it said.
struct RateTrial {
  double per_second = 0;
  bool holds = false;
  std::string reason;                // "p99 is 41.2 ms, over 33.0 ms"
  std::optional<double> latency_ms;  // at the bound's quantile
  std::optional<double> drop_percent, achieved_per_second;
  // What there is lies within the bound, but is too little to confirm it: about so many samples
  // might. Absent where it holds, and where something else broke it.
  std::optional<std::int64_t> wants;
  bool at_any_rate = false;  // does not hold, and nor would a lower rate
};

struct RateSearchOptions {
  double start_per_second = 1;
  double precision = 0.02;  // stops when the bounds are this close, relatively
  int max_trials = 24;
  Nanoseconds max_time{
      0};  // by `clock`; no trial begins later, and the last may last longer. 0: none
  const Clock* clock = &system_clock();
  double lowest_per_second = 0.1;   // nothing below it is tried
  double highest_per_second = 1e6;  // nothing above it is tried
  // The answer is tried once more, because bisection favours a rate that was lucky. One that then
  // fails counts as failed, and the search goes on below it.
  bool confirm = true;
};

struct RateSearch {
  // Absent: no rate that was tried holds. Otherwise the highest that held and never failed.
  std::optional<double> per_second;
  std::vector<RateTrial> trials;  // in the order in which they were made
  std::string verdict;            // one sentence; says so where the trials contradict each other
  std::optional<Error> error;     // of the trial that could not be made; it ended the search
};

// Doubling until a trial fails (halving until one holds, or one says that none can), then
// bisection. `trial` measures at a rate. Pure but for `trial`. Fails when the options are wrong.
Result<RateSearch> find_rate(const RateSearchOptions&,
                             const std::function<Result<RateTrial>(double per_second)>& trial);
// What the samples of a load at a rate say about the bound. A latency is judged by what it is at
// most with 99 % confidence for what its samples are worth (conservative_quantile, effective_n);
// where they are worth too few, it holds when the longest took less than half of what is allowed.
// A share of drops is judged by the same rule, drops taken for independent. Whatever is bounded,
// these do not hold: what the samples are too few to confirm, a percentile that the samples cannot
// carry, one that needs work left in the queue (its latency is endless), a backlog at the end, a
// latency that rises by more than the time between two requests, a rate that was not reached, and a
// load that did not end by its rules (a task failed, somebody interrupted).
RateTrial judge_rate(double per_second, const RateBound&, std::span<const LoadSample>,
                     const LoadOutcome&);
// How many of a trial may take longer than the bound allows, or be dropped, so that it can still be
// held by `most` requests. What is not bounded has no limit.
struct RateAllowance {
  std::int64_t over = 0, dropped = 0;
};
RateAllowance allowance(const RateBound&, std::int64_t most);
// A trial that ended because more did: what it says, and how far it came.
RateTrial judge_lost(double per_second, const RateBound&, std::span<const LoadSample>,
                     const LoadOutcome&, const RateAllowance&);
// The least number of independent samples that can hold a bound.
std::int64_t samples_to_confirm(const RateBound&);
// Of so many that were due, did more wait at the end than can have come in the last moment?
bool is_backlog(std::int64_t unserved, std::int64_t due);

}  // namespace jetmeter
