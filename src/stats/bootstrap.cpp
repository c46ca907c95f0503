#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>
#include <random>

#include "jetmeter/stats.h"
#include "stats/distributions.h"

namespace jetmeter {
namespace {

constexpr double kLeastBlocks = 4;

// Fills `resample` with blocks that begin anywhere; they wrap around the end, so that every sample
// is drawn as often as any other (the circular block bootstrap, Politis & Romano 1992).
void draw_blocks(std::span<const double> samples, std::size_t block, std::mt19937_64& random,
                 std::span<double> resample) {
  std::uniform_int_distribution<std::size_t> begins(0, samples.size() - 1);
  while (!resample.empty()) {
    const std::size_t from = begins(random);
    const auto length = std::min(block, resample.size());
    const auto before_end = std::min(length, samples.size() - from);
    std::ranges::copy(samples.subspan(from, before_end), resample.begin());
    std::ranges::copy(samples.first(length - before_end),
                      resample.begin() + static_cast<std::ptrdiff_t>(before_end));
    resample = resample.subspan(length);
  }
}

// Percentiles of a bootstrap are too close together as if the normal's z had been taken for
// Student's t and n for n - 1; this is the tail that makes up for it (Hesterberg, "What Teachers
// Should Know About the Bootstrap", 2015, the expanded percentile interval). Blocks count as one.
double expanded_tail(double blocks, double confidence) {
  const double reach =
      stats::student_two_sided(blocks - 1, confidence) * std::sqrt(blocks / (blocks - 1));
  return std::erfc(reach / std::numbers::sqrt2) / 2;
}

}  // namespace

std::optional<Interval> bootstrap_interval(std::span<const double> in_time_order,
                                           const Statistic& statistic,
                                           const BootstrapOptions& options) {
  assert(options.rounds > 0 && options.block > 0);
  assert(options.confidence > 0 && options.confidence < 1);
  const auto block = static_cast<std::size_t>(options.block);
  const double blocks =
      static_cast<double>(in_time_order.size()) / static_cast<double>(options.block);
  if (blocks < kLeastBlocks) return std::nullopt;
  std::mt19937_64 random(options.seed);
  std::vector<double> resample(in_time_order.size());
  std::vector<double> results(static_cast<std::size_t>(options.rounds));
  for (double& result : results) {
    draw_blocks(in_time_order, block, random, resample);
    result = statistic(resample);
    if (!std::isfinite(result)) return std::nullopt;
  }
  std::ranges::sort(results);
  const double tail = expanded_tail(blocks, options.confidence);
  return Interval{quantile(results, tail), quantile(results, 1 - tail)};
}

}  // namespace jetmeter
