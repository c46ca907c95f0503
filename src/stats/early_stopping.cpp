#include <algorithm>
#include <cassert>

#include "jetmeter/stats.h"
#include "stats/distributions.h"

namespace jetmeter {
namespace {

// P[Bin(n, 1 - q) <= t]: so many of n samples at most lie above the q-quantile. 1 for t = n.
double at_most_above(std::int64_t t, std::int64_t n, double q) {
  return t >= n ? 1
                : stats::incomplete_beta(static_cast<double>(n - t), static_cast<double>(t) + 1, q);
}

// The least n > 1 for which `holds`, which stays true once it is.
template <typename Condition>
std::int64_t least(const Condition& holds) {
  std::int64_t high = 2;
  while (!holds(high)) high *= 2;
  std::int64_t low = 1;
  while (high - low > 1) {
    const auto middle = low + (high - low) / 2;
    (holds(middle) ? high : low) = middle;
  }
  return high;
}

}  // namespace

ConservativeRank conservative_rank(std::int64_t n, double q, double confidence) {
  assert(q > 0 && q < 1 && confidence > 0 && confidence < 1);
  const double miss = 1 - confidence;
  ConservativeRank rank;
  rank.needs = least([=](std::int64_t of) { return at_most_above(1, of, q) <= miss; });
  if (n >= rank.needs)
    rank.from_top = least([=](std::int64_t t) { return at_most_above(t, n, q) > miss; }) - 1;
  return rank;
}

ConservativeQuantile conservative_quantile(std::span<const double> sorted, double q,
                                           double effective_n, double confidence) {
  const auto n = static_cast<std::int64_t>(sorted.size());
  const auto worth = effective_n > 0 ? std::min(static_cast<std::int64_t>(effective_n), n) : n;
  const auto [needs, from_top] = conservative_rank(worth, q, confidence);
  ConservativeQuantile result{.needs = needs, .rank_from_top = from_top};
  if (from_top == 0) return result;
  const auto position = (static_cast<double>(worth - from_top) + 0.5) * static_cast<double>(n) /
                        static_cast<double>(worth);
  result.estimate =
      sorted[static_cast<std::size_t>(std::min(static_cast<std::int64_t>(position), n - 1))];
  return result;
}

}  // namespace jetmeter
