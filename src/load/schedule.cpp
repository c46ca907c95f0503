#include "load/schedule.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "load/checks.h"

namespace jetmeter {
namespace {

constexpr double kNanosecondsPerSecond = 1e9;
constexpr std::int64_t kLargestPlan = 64'000'000;  // 512 MB

// Exponential gaps by inverse transform: std::exponential_distribution draws differently in every
// standard library, the engine does not. Each gap is rounded to whole nanoseconds before it is
// added, so that a last bit of a library's logarithm does not travel.
class PoissonGaps {
 public:
  PoissonGaps(std::uint64_t seed, double per_second)
      : engine_(seed), mean_ns_(kNanosecondsPerSecond / per_second) {}

  std::int64_t next() {
    constexpr double k2ToMinus53 = 0x1.0p-53;
    const double uniform = static_cast<double>(engine_() >> 11) * k2ToMinus53;  // [0, 1)
    return std::llround(-std::log1p(-uniform) * mean_ns_);
  }

 private:
  std::mt19937_64 engine_;
  double mean_ns_;
};

std::vector<std::int64_t> poisson_due(const Scenario& scenario, std::int64_t horizon_ns,
                                      std::int64_t max_count) {
  PoissonGaps gaps(scenario.seed, scenario.per_second);
  std::vector<std::int64_t> due;
  const double expected =
      static_cast<double>(horizon_ns) / kNanosecondsPerSecond * scenario.per_second;
  const double reserved = std::min(expected * 1.01 + 100, static_cast<double>(max_count));
  due.reserve(static_cast<std::size_t>(std::max(0.0, reserved)));
  std::int64_t at = 0;
  while (static_cast<std::int64_t>(due.size()) < max_count) {
    at += gaps.next();
    if (at >= horizon_ns) break;
    due.push_back(at);
  }
  return due;
}

}  // namespace

std::int64_t ArrivalPlan::regular_due_ns(std::int64_t index) const {
  return std::llround(static_cast<double>(index) * kNanosecondsPerSecond / per_second_);
}

std::int64_t ArrivalPlan::count_before(std::int64_t offset_ns) const {
  std::int64_t low = 0, high = size_;
  while (low < high) {
    const auto middle = low + (high - low) / 2;
    if (due_ns(middle) < offset_ns)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

Result<ArrivalPlan> ArrivalPlan::make(const Scenario& scenario, Nanoseconds horizon,
                                      std::int64_t max_count) {
  ArrivalPlan plan;
  plan.per_second_ = scenario.per_second;
  const double expected =
      static_cast<double>(horizon.count()) / kNanosecondsPerSecond * scenario.per_second;
  const double planned = std::min(expected, static_cast<double>(max_count));
  if (scenario.kind == ScenarioKind::poisson) {
    if (planned > static_cast<double>(kLargestPlan))
      return fail(fmt::format(
          "{} per second for {} are {:.0f} arrivals, more than the {} that can be planned; lower "
          "the maximum time or count",
          scenario.per_second, format_duration(horizon), planned, kLargestPlan));
    plan.due_ = poisson_due(scenario, horizon.count(), max_count);
    plan.size_ = static_cast<std::int64_t>(plan.due_.size());
    return plan;
  }
  plan.size_ = max_count;
  if (expected < static_cast<double>(max_count)) {
    plan.size_ = static_cast<std::int64_t>(std::ceil(expected)) + 1;
    plan.size_ = plan.count_before(horizon.count());
  }
  return plan;
}

std::vector<Nanoseconds> arrival_schedule(const Scenario& scenario, Nanoseconds horizon,
                                          std::int64_t max_count) {
  std::vector<Nanoseconds> due;
  if (!is_scheduled(scenario.kind) || !check_scenario(scenario) || horizon.count() <= 0) return due;
  const auto plan = ArrivalPlan::make(scenario, horizon, std::max<std::int64_t>(0, max_count));
  if (!plan) return due;
  due.reserve(static_cast<std::size_t>(plan->size()));
  for (std::int64_t i = 0; i < plan->size(); ++i) due.emplace_back(plan->due_ns(i));
  return due;
}

}  // namespace jetmeter
