#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>

#include "jetmeter/stats.h"
#include "stats/ascending_quantiles.h"

namespace jetmeter {
namespace {

constexpr std::array kQuantiles{NamedQuantile{"p50", 0.50}, NamedQuantile{"p90", 0.90},
                                NamedQuantile{"p95", 0.95}, NamedQuantile{"p99", 0.99},
                                NamedQuantile{"p999", 0.999}};

// Welford: no cancellation when the samples are large and close together.
struct Moments {
  double mean = 0, sum_of_squares = 0;
  std::int64_t n = 0;

  void add(double x) {
    ++n;
    const double delta = x - mean;
    mean += delta / static_cast<double>(n);
    sum_of_squares += delta * (x - mean);
  }
};

}  // namespace

double quantile(std::span<const double> sorted, double q) {
  assert(!sorted.empty() && q >= 0 && q <= 1);
  const double position = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const auto above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (position - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

std::int64_t samples_needed(double q) {
  assert(q > 0 && q < 1);
  constexpr double kMiss = 0.05;  // chance that even the largest sample lies below
  return static_cast<std::int64_t>(std::ceil(std::log(kMiss) / std::log(q)));
}

std::span<const NamedQuantile> reported_quantiles() {
  return kQuantiles;
}

Summary summarise(std::span<const double> samples) {
  Summary summary;
  summary.n = static_cast<std::int64_t>(samples.size());
  Moments moments;
  for (const double x : samples) moments.add(x);
  if (summary.n > 0) {
    const auto [least, most] = std::ranges::minmax(samples);
    summary.mean = moments.mean;
    summary.min = least;
    summary.max = most;
  }
  if (summary.n > 1)
    summary.stdev = std::sqrt(moments.sum_of_squares / static_cast<double>(summary.n - 1));
  stats::AscendingQuantiles quantiles(samples);
  const std::array fields{&summary.p50, &summary.p90, &summary.p95, &summary.p99, &summary.p999};
  for (std::size_t i = 0; i < kQuantiles.size(); ++i) {
    const auto needs = samples_needed(kQuantiles[i].q);
    if (summary.n >= needs)
      *fields[i] = quantiles.next(kQuantiles[i].q);
    else
      summary.unsupported.push_back({kQuantiles[i].name, needs});
  }
  return summary;
}

}  // namespace jetmeter
