#include <algorithm>
#include <array>
#include <vector>

#include "jetmeter/load.h"
#include "jetmeter/stats.h"

namespace jetmeter {
namespace {

constexpr int kBatches = 31;
constexpr std::int64_t kPerBatch = 2'000;

class IdleTask final : public Task {
 public:
  Result<void> run(StageTimes&) override { return {}; }
};

// Keeps the newest samples, because storing them is a part of the cost.
class NewestSamples final : public LoadSink {
 public:
  NewestSamples() : samples_(kPerBatch) {}
  void add(const LoadSample& sample) override {
    samples_[at_] = sample;
    at_ = at_ + 1 == samples_.size() ? 0 : at_ + 1;
  }

 private:
  std::vector<LoadSample> samples_;
  std::size_t at_ = 0;
};

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return quantile(values, 0.5);
}

double loop_ns(const LoadWorld& world) {
  IdleTask task;
  NewestSamples sink;
  const std::array<Task*, 1> tasks{&task};
  const std::array<LoadSink*, 1> sinks{&sink};
  StopRules rules;
  rules.max_count = rules.min_count = kPerBatch;
  rules.min_time = Nanoseconds(0);
  std::vector<double> per_iteration;
  for (int batch = 0; batch < kBatches; ++batch) {
    const auto outcome = run_load({}, rules, tasks, sinks, world);
    if (!outcome || outcome->done == 0) continue;  // somebody asked to stop
    per_iteration.push_back(static_cast<double>((outcome->ended - outcome->began).count()) /
                            static_cast<double>(outcome->done));
  }
  return per_iteration.empty() ? 0 : median(std::move(per_iteration));
}

struct ClockCost {
  double reading_ns = 0, step_ns = 0;
};

ClockCost clock_cost(const Clock& clock) {
  std::vector<double> per_reading;
  std::int64_t step = 0;
  for (int batch = 0; batch < kBatches; ++batch) {
    const auto began = clock.monotonic().count();
    auto last = began;
    for (std::int64_t i = 0; i < kPerBatch; ++i) {
      const auto now = clock.monotonic().count();
      if (now > last && (step == 0 || now - last < step)) step = now - last;
      last = now;
    }
    per_reading.push_back(static_cast<double>(last - began) / static_cast<double>(kPerBatch));
  }
  return {median(std::move(per_reading)), static_cast<double>(step)};
}

}  // namespace

LoopOverhead measure_loop_overhead(const LoadWorld& world) {
  auto alone = world;
  alone.stop = nullptr;  // 100 us more make no difference to who asked
  const auto clock = clock_cost(*world.clock);
  return {loop_ns(alone), clock.reading_ns, clock.step_ns};
}

}  // namespace jetmeter
