#include <algorithm>
#include <cassert>
#include <cmath>

#include "jetmeter/stats.h"
#include "stats/distributions.h"
#include "stats/quantile_ranks.h"

namespace jetmeter {
namespace stats {
namespace {

// P[Bin(n, q) >= rank], continued between whole ranks.
double at_least(double rank, double n, double q) {
  return incomplete_beta(rank, n - rank + 1, q);
}

// The rank at which `at_least`, which falls, is `probability`.
double rank_with(double probability, double n, double q) {
  double low = 1, high = n;
  for (int step = 0; step < 60 && high - low > 1e-9 * n; ++step) {
    const double middle = (low + high) / 2;
    (at_least(middle, n, q) > probability ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace

std::optional<Interval> quantile_ranks(double n, double q, double confidence) {
  const double tail = (1 - confidence) / 2;
  const double reached =
      tail * (1 + 1e-9);  // an extreme that just reaches does not miss by rounding
  if (n < 1 || at_least(1, n, q) < 1 - reached || at_least(n, n, q) > reached) return std::nullopt;
  return Interval{rank_with(1 - tail, n, q), rank_with(tail, n, q)};
}

double value_at_rank(std::span<const double> sorted, double rank, double of_n) {
  const auto n = static_cast<double>(sorted.size());
  const double position = (rank - 0.5) / of_n * n - 0.5;  // from 0
  return quantile(sorted, n > 1 ? std::clamp(position / (n - 1), 0.0, 1.0) : 0.0);
}

}  // namespace stats

std::optional<Interval> quantile_interval(std::span<const double> sorted, double q,
                                          double effective_n, double confidence) {
  assert(q > 0 && q < 1 && confidence > 0 && confidence < 1);
  if (sorted.empty()) return std::nullopt;
  const auto all = static_cast<double>(sorted.size());
  const double n = effective_n > 0 ? std::min(effective_n, all) : all;
  const auto ranks = stats::quantile_ranks(n, q, confidence);
  if (!ranks) return std::nullopt;
  return Interval{stats::value_at_rank(sorted, ranks->low, n),
                  stats::value_at_rank(sorted, ranks->high, n)};
}

}  // namespace jetmeter
