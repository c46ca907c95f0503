#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <numeric>
#include <random>

#include "jetmeter/stats.h"
#include "stats/distributions.h"

namespace jetmeter {
namespace {

constexpr double kLeastBlocks = 4;

// Any index below `size`, from the upper half of the generator's bits: the remainder of 2^32 over
// any size of this world is nothing.
std::size_t any_below(std::size_t size, std::mt19937_64& random) {
  return static_cast<std::size_t>((random() >> 32) * static_cast<std::uint64_t>(size) >> 32);
}

// Fills `resample` with blocks that begin anywhere; they wrap around the end, so that every sample
// is drawn as often as any other (the circular block bootstrap, Politis & Romano 1992).
void draw_blocks(std::span<const double> samples, std::size_t block, std::mt19937_64& random,
                 std::span<double> resample) {
  while (!resample.empty()) {
    const std::size_t from = any_below(samples.size(), random);
    const auto length = std::min(block, resample.size());
    const auto before_end = std::min(length, samples.size() - from);
    std::copy_n(samples.data() + from, before_end, resample.data());
    std::copy_n(samples.data(), length - before_end, resample.data() + before_end);
    resample = resample.subspan(length);
  }
}

void draw_samples(std::span<const double> samples, std::mt19937_64& random,
                  std::span<double> resample) {
  const double* from = samples.data();
  double* to = resample.data();
  for (std::size_t i = 0; i < resample.size(); ++i) to[i] = from[any_below(samples.size(), random)];
}

// The statistic of `rounds` resamples, ascending; empty where one is no number.
std::vector<double> resampled(std::span<const double> samples, const Statistic& statistic,
                              int rounds, std::size_t block, std::mt19937_64& random) {
  std::vector<double> resample(samples.size());
  std::vector<double> results(static_cast<std::size_t>(rounds));
  for (double& result : results) {
    if (block == 1)
      draw_samples(samples, random, resample);
    else
      draw_blocks(samples, block, random, resample);
    result = statistic(resample);
    if (!std::isfinite(result)) return {};
  }
  std::ranges::sort(results);
  return results;
}

double variance(std::span<const double> values) {
  const auto n = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
  double squares = 0;
  for (const double x : values) squares += (x - mean) * (x - mean);
  return squares / n;
}

// Blocks cut memory off at their ends, which makes the spread too small by a part that falls as one
// over their length. Half the length misses twice as much; the difference is what is missing (the
// lugsail of Vats & Flegal, Biometrika 109, 2022). As a factor of the standard deviation.
double missing_at_block_ends(std::span<const double> of_blocks, std::span<const double> of_halves) {
  const double whole = variance(of_blocks), half = variance(of_halves);
  return whole > half ? std::sqrt(2 - half / whole) : 1;
}

// Percentiles of a bootstrap are too close together as if the normal's z had been taken for
// Student's t and n for n - 1; this is the tail that makes up for it (Hesterberg, "What Teachers
// Should Know About the Bootstrap", 2015, the expanded percentile interval). Blocks count as one.
double expanded_tail(double blocks, double confidence, double stretch) {
  const double reach =
      stretch * stats::student_two_sided(blocks - 1, confidence) * std::sqrt(blocks / (blocks - 1));
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
  const auto results = resampled(in_time_order, statistic, options.rounds, block, random);
  if (results.empty()) return std::nullopt;
  double stretch = 1;
  if (block > 1) {
    const auto halves = resampled(in_time_order, statistic, options.rounds, block / 2, random);
    if (halves.empty()) return std::nullopt;
    stretch = missing_at_block_ends(results, halves);
  }
  const double tail = expanded_tail(blocks, options.confidence, stretch);
  return Interval{quantile(results, tail), quantile(results, 1 - tail)};
}

}  // namespace jetmeter
