// Statistics of raw samples. Nothing is removed or smoothed; what a sample cannot support is
// absent. Pure; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace jetmeter {

// Linear interpolation between order statistics (Hyndman & Fan type 7, numpy's default).
// REQUIRES: `sorted` ascending and not empty, 0 <= q <= 1.
double quantile(std::span<const double> sorted, double q);

// The least n at which the largest of n independent samples lies above the true q-quantile with
// 95 % probability: 1 - q^n >= 0.95. Below it the percentile is an extrapolation.
std::int64_t samples_needed(double q);

struct NamedQuantile {
  std::string_view name;  // "p99"
  double q;
};
std::span<const NamedQuantile> reported_quantiles();  // p50 p90 p95 p99 p999

struct Unsupported {
  std::string_view name;  // "p99"
  std::int64_t needs = 0;
};

struct Summary {
  std::int64_t n = 0;
  std::optional<double> mean, stdev, min, max;  // stdev needs n >= 2
  std::optional<double> p50, p90, p95, p99, p999;
  std::vector<Unsupported> unsupported;  // the percentiles that n does not carry
};
Summary summarise(std::span<const double>);

}  // namespace jetmeter
