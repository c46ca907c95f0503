#include "load/work_alone.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "jetmeter/stats.h"

namespace jetmeter {
namespace {

std::vector<double> services_ns(std::span<const LoadSample> samples) {
  std::vector<double> services;
  for (const auto& sample : samples)
    if (sample.outcome == Outcome::done)
      services.push_back(static_cast<double>(sample.service_ns()));
  std::ranges::sort(services);
  return services;
}

// Lanes that work at the same time slow one another down; at a lower rate they would less.
bool mostly_alone(double per_second, std::span<const LoadSample> samples,
                  std::span<const double> services) {
  constexpr double kLanesAtWork = 0.5, kNanosecondsPerSecond = 1e9;
  if (std::ranges::all_of(samples, [](const LoadSample& s) { return s.lane == 0; })) return true;
  const double mean =
      std::accumulate(services.begin(), services.end(), 0.0) / static_cast<double>(services.size());
  return per_second * mean / kNanosecondsPerSecond <= kLanesAtWork;
}

}  // namespace

std::string too_slow_alone(double per_second, const RateBound& bound,
                           std::span<const LoadSample> samples) {
  constexpr double kHalf = 0.5;
  if (!bound.latency || bound.quantile < kHalf) return {};
  const auto services = services_ns(samples);
  const auto n = static_cast<std::int64_t>(services.size());
  const auto limit = static_cast<double>(bound.latency->count());
  const auto within = std::ranges::upper_bound(services, limit) - services.begin();
  // Were half of it within the limit, so few of n would be with a chance of 1 %.
  const auto few = conservative_rank(n, kHalf).from_top;
  if (few == 0 || within > few || !mostly_alone(per_second, samples, services)) return {};
  const auto median = Nanoseconds(std::llround(quantile(services, kHalf)));
  return fmt::format("the work alone takes {} (median), at any rate", format_duration(median));
}

}  // namespace jetmeter
