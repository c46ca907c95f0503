// What a run says about its samples.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <random>
#include <vector>

#include "jetmeter/stats.h"

namespace jetmeter {
namespace {

std::vector<double> latencies(std::size_t n) {
  std::mt19937_64 random(1);
  std::lognormal_distribution<double> latency(2.3, 0.05);
  std::vector<double> samples(n);
  for (double& x : samples) x = latency(random);
  return samples;
}

// As scripts and LoadGen do it: sorted, and ranks taken.
struct Theirs {
  double mean = 0, stdev = 0, min = 0, max = 0;
  std::array<double, 5> percentiles{};
};

Theirs sorted_summary(const std::vector<double>& samples) {
  std::vector<double> sorted = samples;
  std::sort(sorted.begin(), sorted.end());
  const auto n = static_cast<double>(sorted.size());
  Theirs result;
  result.mean = std::accumulate(sorted.begin(), sorted.end(), 0.0) / n;
  for (const double x : sorted) result.stdev += (x - result.mean) * (x - result.mean) / (n - 1);
  result.stdev = std::sqrt(result.stdev);
  result.min = sorted.front();
  result.max = sorted.back();
  constexpr std::array kRanks{0.5, 0.9, 0.95, 0.99, 0.999};
  for (std::size_t i = 0; i < kRanks.size(); ++i)
    result.percentiles[i] = sorted[static_cast<std::size_t>(kRanks[i] * n)];
  return result;
}

// As scripts do it: the medians of a thousand resamples.
Interval resampled_median(const std::vector<double>& samples) {
  std::mt19937_64 random(1);
  std::uniform_int_distribution<std::size_t> any(0, samples.size() - 1);
  std::vector<double> medians(1000), resample(samples.size());
  const auto middle = static_cast<std::ptrdiff_t>(samples.size() / 2);
  for (double& median : medians) {
    for (double& x : resample) x = samples[any(random)];
    std::nth_element(resample.begin(), resample.begin() + middle, resample.end());
    median = resample[static_cast<std::size_t>(middle)];
  }
  std::sort(medians.begin(), medians.end());
  return {medians[24], medians[974]};
}

Interval median_interval(const std::vector<double>& samples) {
  std::vector<double> sorted = samples;
  const double worth = effective_n(samples);
  std::sort(sorted.begin(), sorted.end());
  return quantile_interval(sorted, 0.5, worth).value();
}

void summary_ours(benchmark::State& state) {
  const auto samples = latencies(3'000'000);
  const auto theirs = sorted_summary(samples);
  const auto ours = summarise(samples);
  if (std::abs(*ours.p99 / theirs.percentiles[3] - 1) > 1e-6 || ours.max != theirs.max)
    return state.SkipWithError("ours and theirs find different percentiles");
  for (auto _ : state) benchmark::DoNotOptimize(summarise(samples));
}

void summary_theirs(benchmark::State& state) {
  const auto samples = latencies(3'000'000);
  for (auto _ : state) benchmark::DoNotOptimize(sorted_summary(samples));
}

void interval_ours(benchmark::State& state) {
  const auto samples = latencies(10'000);
  const auto theirs = resampled_median(samples), ours = median_interval(samples);
  if (ours.low > theirs.high || theirs.low > ours.high)
    return state.SkipWithError("ours and theirs find different intervals");
  for (auto _ : state) benchmark::DoNotOptimize(median_interval(samples));
}

void interval_theirs(benchmark::State& state) {
  const auto samples = latencies(10'000);
  for (auto _ : state) benchmark::DoNotOptimize(resampled_median(samples));
}

BENCHMARK(summary_ours)->Name("the summary of 3 million latencies/ours");
BENCHMARK(summary_theirs)->Name("the summary of 3 million latencies/theirs");
BENCHMARK(interval_ours)->Name("the interval of a median of 10 000/ours");
BENCHMARK(interval_theirs)->Name("the interval of a median of 10 000/theirs");

}  // namespace
}  // namespace jetmeter
