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

namespace {

// Between 1 and n: ranks are midpoints of equal shares.
double rank_among(double n, double rank, double of_n) {
  return std::clamp((rank - 0.5) / of_n * n + 0.5, 1.0, n);
}

// `rank` from 1 to the number of samples, linear between whole ranks.
double at_rank(std::span<const double> sorted, double rank) {
  const auto n = static_cast<double>(sorted.size());
  return quantile(sorted, n > 1 ? std::min((rank - 1) / (n - 1), 1.0) : 0.0);
}

}  // namespace

double value_at_rank(std::span<const double> sorted, double rank, double of_n) {
  return at_rank(sorted, rank_among(static_cast<double>(sorted.size()), rank, of_n));
}

}  // namespace stats

std::optional<Interval> quantile_interval_ranks(std::int64_t n, double q, double effective_n,
                                                double confidence) {
  assert(n >= 0 && q > 0 && q < 1 && confidence > 0 && confidence < 1);
  const auto all = static_cast<double>(n);
  if (n == 0) return std::nullopt;
  const double worth = effective_n > 0 ? std::min(effective_n, all) : all;
  const auto ranks = stats::quantile_ranks(worth, q, confidence);
  if (!ranks) return std::nullopt;
  return Interval{stats::rank_among(all, ranks->low, worth),
                  stats::rank_among(all, ranks->high, worth)};
}

std::optional<Interval> quantile_interval(std::span<const double> sorted, double q,
                                          double effective_n, double confidence) {
  const auto n = static_cast<std::int64_t>(sorted.size());
  const auto ranks = quantile_interval_ranks(n, q, effective_n, confidence);
  if (!ranks) return std::nullopt;
  return Interval{stats::at_rank(sorted, ranks->low), stats::at_rank(sorted, ranks->high)};
}

}  // namespace jetmeter
