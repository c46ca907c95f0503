#include "compare/clock_step.h"

#include <fmt/format.h>

#include <algorithm>

namespace jetmeter {
namespace {

constexpr double kNanosecondsPerMillisecond = 1e6;

double step_ns(const SlotRecord& slot) {
  return slot.load ? slot.load->clock_resolution_ns.value_or(0) : 0;
}

}  // namespace

double clock_step_ms(const Metric& metric, const SlotRecord& a, const SlotRecord& b) {
  if (metric.name.find("_ms") == std::string::npos) return 0;
  return std::max(step_ns(a), step_ns(b)) / kNanosecondsPerMillisecond;
}

bool widen_by_clock_step(MetricComparison& row, double step_ms) {
  if (!(step_ms > 0)) return false;
  if (const double least = std::min(*row.a, *row.b); least <= step_ms) {
    row.ratio.reset();
    row.reason =
        fmt::format("{:.4g} ns is no more than one step of the clock, {:.4g} ns",
                    least * kNanosecondsPerMillisecond, step_ms * kNanosecondsPerMillisecond);
    return true;
  }
  const double of_a = step_ms / *row.a, of_b = step_ms / *row.b;
  auto& ratio = *row.ratio;
  const auto before = ratio;
  ratio.low = std::min(ratio.low, ratio.mid * (1 - of_b) / (1 + of_a));
  ratio.high = std::max(ratio.high, ratio.mid * (1 + of_b) / (1 - of_a));
  return ratio.low < before.low || ratio.high > before.high;
}

}  // namespace jetmeter
