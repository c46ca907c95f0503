// A world whose time moves only when a task works or a waiter waits, and where a test wants it when
// the clock is read.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "jetmeter/load.h"

namespace jetmeter {

inline constexpr std::int64_t kMs = 1'000'000;
inline constexpr Nanoseconds ms(std::int64_t count) {
  return Nanoseconds(count * kMs);
}

class TurnedClock final : public Clock {
 public:
  Nanoseconds monotonic() const override { return Nanoseconds(now_.fetch_add(creep.count())); }
  WallTime wall() const override { return {}; }
  void turn(Nanoseconds by) { now_ += by.count(); }
  void set(Nanoseconds to) { now_ = to.count(); }
  Nanoseconds creep{0};  // what a reading takes

 private:
  mutable std::atomic<std::int64_t> now_{5'000'000'000};  // machines have been up for a while
};

class TurningWaiter final : public Waiter {
 public:
  explicit TurningWaiter(TurnedClock& clock, Nanoseconds oversleeps = Nanoseconds(0))
      : clock_(clock), oversleeps_(oversleeps) {}
  void wait_until(const Clock& clock, Nanoseconds until) override {
    ++waits;
    if (clock.monotonic() < until) clock_.set(until + oversleeps_);
  }
  int waits = 0;

 private:
  TurnedClock& clock_;
  Nanoseconds oversleeps_;
};

// Work that takes as long as `took` says for the n-th call.
class TurningTask final : public Task {
 public:
  using Took = std::function<Nanoseconds(std::int64_t call)>;
  TurningTask(TurnedClock& clock, Took took) : clock_(clock), took_(std::move(took)) {}
  TurningTask(TurnedClock& clock, Nanoseconds took)
      : TurningTask(clock, [took](std::int64_t) { return took; }) {}

  Result<void> run(StageTimes& stages) override {
    const auto took = took_(calls);
    clock_.turn(took);
    stages.set(Stage::compute, took);
    if (calls++ == fails_at) return fail("the runtime refused");
    return {};
  }
  std::int64_t calls = 0;
  std::int64_t fails_at = -1;

 private:
  TurnedClock& clock_;
  Took took_;
};

class SampleVector final : public LoadSink {
 public:
  void add(const LoadSample& sample) override { samples.push_back(sample); }
  std::vector<LoadSample> samples;
};

// One lane in simulated time.
struct TestLoad {
  TurnedClock clock;
  TurningWaiter waiter{clock};
  SampleVector sink;
  std::atomic<bool> stop{false};

  LoadWorld world() {
    LoadWorld world;
    world.clock = &clock;
    world.waiter = &waiter;
    world.stop = &stop;
    world.cores = 4;
    return world;
  }
  Result<LoadOutcome> run(const Scenario& scenario, const StopRules& rules, Task& task) {
    Task* const tasks[] = {&task};
    LoadSink* const sinks[] = {&sink};
    return run_load(scenario, rules, tasks, sinks, world());
  }
};

}  // namespace jetmeter
