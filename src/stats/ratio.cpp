#include <algorithm>
#include <cassert>
#include <cmath>
#include <random>

#include "jetmeter/stats.h"
#include "stats/distributions.h"
#include "stats/quantile_ranks.h"

namespace jetmeter {
namespace {

constexpr std::size_t kLeastSamples = 8;
constexpr std::size_t kLeastRounds = 4;
// As much as an order-statistic interval of a median at 95 % needs. Fewer rounds than the second
// do not show their autocorrelation either.
constexpr double kLeastEffective = 5;
constexpr std::size_t kFewRounds = 40;

std::vector<double> sorted_copy(std::span<const double> values) {
  std::vector<double> sorted(values.begin(), values.end());
  std::ranges::sort(sorted);
  return sorted;
}

// Medians of resamples of a run. The level of the median of m independent samples is
// Beta((m + 1) / 2, (m + 1) / 2) whatever they are distributed like, so a resample needs only its
// level; m is the effective number, which keeps the width right where samples are not independent.
class ResampledMedian {
 public:
  explicit ResampledMedian(std::span<const double> in_time_order)
      : sorted_(sorted_copy(in_time_order)),
        effective_n_(effective_n(in_time_order)),
        gamma_((effective_n_ + 1) / 2) {}

  double effective() const { return effective_n_; }
  double median() const { return quantile(sorted_, 0.5); }
  double draw(std::mt19937_64& random) {
    const double left = gamma_(random), right = gamma_(random);
    const double level = left / (left + right);
    return stats::value_at_rank(sorted_, level * effective_n_ + 0.5, effective_n_);
  }

 private:
  std::vector<double> sorted_;
  double effective_n_;
  std::gamma_distribution<double> gamma_;
};

// Too few rounds for order statistics: Student's t of the logarithms, about the median.
RatioInterval student_interval(std::span<const double> sorted, double confidence) {
  const auto n = static_cast<double>(sorted.size());
  double mean = 0, squares = 0;
  for (const double ratio : sorted) mean += std::log(ratio) / n;
  for (const double ratio : sorted) squares += std::pow(std::log(ratio) - mean, 2);
  const double half =
      stats::student_two_sided(n - 1, confidence) * std::sqrt(squares / (n - 1) / n);
  const double mid = quantile(sorted, 0.5);
  return {.low = std::min(mid, std::exp(mean - half)),
          .mid = mid,
          .high = std::max(mid, std::exp(mean + half)),
          .confidence = confidence};
}

bool all_finite(const RatioInterval& r) {
  return std::isfinite(r.low) && std::isfinite(r.mid) && std::isfinite(r.high);
}

}  // namespace

std::optional<RatioInterval> unpaired_ratio(std::span<const double> a, std::span<const double> b,
                                            const RatioOptions& options) {
  assert(options.rounds > 0 && options.confidence > 0 && options.confidence < 1);
  if (std::min(a.size(), b.size()) < kLeastSamples) return std::nullopt;
  ResampledMedian of_a(a), of_b(b);
  if (std::min(of_a.effective(), of_b.effective()) < kLeastEffective) return std::nullopt;
  if (!(of_a.median() > 0) || !(of_b.median() > 0)) return std::nullopt;
  std::mt19937_64 random(options.seed);
  std::vector<double> ratios(static_cast<std::size_t>(options.rounds));
  for (double& ratio : ratios) {
    const double below = of_a.draw(random);
    if (!(below > 0)) return std::nullopt;  // the interval has no upper end
    ratio = of_b.draw(random) / below;
  }
  std::ranges::sort(ratios);
  const double tail = (1 - options.confidence) / 2;
  const double mid = of_b.median() / of_a.median();
  const RatioInterval interval{.low = std::min(mid, quantile(ratios, tail)),
                               .mid = mid,
                               .high = std::max(mid, quantile(ratios, 1 - tail)),
                               .confidence = options.confidence};
  return all_finite(interval) ? std::optional(interval) : std::nullopt;
}

std::optional<RatioInterval> paired_ratio(std::span<const double> a, std::span<const double> b,
                                          const RatioOptions& options) {
  assert(a.size() == b.size());
  std::vector<double> ratios(a.size());
  std::ranges::transform(a, b, ratios.begin(), [](double x, double y) { return y / x; });
  return median_of_ratios(ratios, options);
}

std::optional<RatioInterval> median_of_ratios(std::span<const double> in_time_order,
                                              const RatioOptions& options) {
  assert(options.confidence > 0 && options.confidence < 1);
  if (in_time_order.size() < kLeastRounds) return std::nullopt;
  std::vector<double> ratios(in_time_order.begin(), in_time_order.end());
  const bool few = ratios.size() < kFewRounds;
  const double n = few ? static_cast<double>(ratios.size()) : effective_n(ratios);
  std::ranges::sort(ratios);
  RatioInterval interval;
  if (const auto between = quantile_interval(ratios, 0.5, n, options.confidence))
    interval = {.low = between->low,
                .mid = quantile(ratios, 0.5),
                .high = between->high,
                .confidence = options.confidence};
  else if (few)
    interval = student_interval(ratios, options.confidence);
  else
    return std::nullopt;
  return all_finite(interval) ? std::optional(interval) : std::nullopt;
}

}  // namespace jetmeter
