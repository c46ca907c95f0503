#include "compare/ratio.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <utility>
#include <vector>

namespace jetmeter {
namespace {

constexpr std::size_t kMostBlocks = 20;  // long blocks matter more than many

std::size_t blocks_for(std::size_t n) {
  return std::clamp<std::size_t>(n / 5, 4, kMostBlocks);
}

double mean_of(std::span<const double> x) {
  return std::accumulate(x.begin(), x.end(), 0.0) / static_cast<double>(x.size());
}

std::vector<double> block_means(std::span<const double> x, std::size_t blocks) {
  std::vector<double> means;
  for (std::size_t k = 0; k < blocks; ++k) {
    const auto from = x.size() * k / blocks, to = x.size() * (k + 1) / blocks;
    means.push_back(mean_of(x.subspan(from, to - from)));
  }
  return means;
}

double covariance(std::span<const double> x, std::span<const double> y) {
  const double mean_x = mean_of(x), mean_y = mean_of(y);
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += (x[i] - mean_x) * (y[i] - mean_y);
  return sum / static_cast<double>(x.size() - 1);
}

// How far the means of two series may be off, and whether they are so together.
struct Doubt {
  double a = 0, b = 0;  // standard errors
  double together = 0;  // correlation, -1 … 1
  std::size_t freedom_a = 1, freedom_b = 1;
};

// `least_a` and `least_b`: variances that samples which know nothing of each other would have; so
// few blocks can look calmer by accident.
Doubt doubt_of(const TwoSamples& series, double least_a, double least_b) {
  const auto blocks_a = blocks_for(series.a.size()), blocks_b = blocks_for(series.b.size());
  const auto a = block_means(series.a, blocks_a), b = block_means(series.b, blocks_b);
  const double of_a = covariance(a, a), of_b = covariance(b, b);
  Doubt doubt;
  doubt.a = std::sqrt(std::max(of_a / static_cast<double>(blocks_a), least_a));
  doubt.b = std::sqrt(std::max(of_b / static_cast<double>(blocks_b), least_b));
  doubt.freedom_a = blocks_a - 1;
  doubt.freedom_b = blocks_b - 1;
  if (series.paired && of_a > 0 && of_b > 0)
    doubt.together = std::clamp(covariance(a, b) / std::sqrt(of_a * of_b), -1.0, 1.0);
  return doubt;
}

// Pairs of deviations, of Student's t: the standard errors are estimates themselves.
class Deviations {
 public:
  Deviations(const Doubt& doubt, bool paired, std::uint64_t seed)
      : doubt_(doubt),
        paired_(paired),
        random_(seed),
        spread_a_(static_cast<double>(doubt.freedom_a)),
        spread_b_(static_cast<double>(doubt.freedom_b)) {}
  std::pair<double, double> next() {
    const double x = normal_(random_), y = normal_(random_);
    const double scale_a = std::sqrt(static_cast<double>(doubt_.freedom_a) / spread_a_(random_));
    const double scale_b =
        paired_ ? scale_a : std::sqrt(static_cast<double>(doubt_.freedom_b) / spread_b_(random_));
    const double rho = doubt_.together;
    return {doubt_.a * scale_a * x,
            doubt_.b * scale_b * (rho * x + std::sqrt(std::max(0.0, 1 - rho * rho)) * y)};
  }

 private:
  Doubt doubt_;
  bool paired_;
  std::mt19937_64 random_;
  std::normal_distribution<double> normal_;
  std::chi_squared_distribution<double> spread_a_, spread_b_;
};

std::optional<RatioInterval> middle_of(std::vector<double> ratios, double mid, double confidence) {
  std::ranges::sort(ratios);
  const double tail = (1 - confidence) / 2;
  return RatioInterval{std::min(mid, quantile(ratios, tail)), mid,
                       std::max(mid, quantile(ratios, 1 - tail)), confidence};
}

std::vector<double> at_most(std::span<const double> x, double limit) {
  std::vector<double> out(x.size());
  std::ranges::transform(x, out.begin(), [&](double v) { return v <= limit ? 1.0 : 0.0; });
  return out;
}

std::vector<double> sorted_copy(std::span<const double> x) {
  std::vector<double> out(x.begin(), x.end());
  std::ranges::sort(out);
  return out;
}

}  // namespace

std::optional<RatioInterval> quantile_ratio(const TwoSamples& samples, double q,
                                            const RatioOptions& options) {
  if (std::min(samples.a.size(), samples.b.size()) < kFewestSamples) return std::nullopt;
  const auto a = sorted_copy(samples.a), b = sorted_copy(samples.b);
  const double at_a = quantile(a, q), at_b = quantile(b, q);
  if (at_a <= 0 || at_b <= 0) return std::nullopt;
  const auto below_a = at_most(samples.a, at_a), below_b = at_most(samples.b, at_b);
  const double alone = q * (1 - q);
  const auto doubt =
      doubt_of({below_a, below_b, samples.paired}, alone / static_cast<double>(a.size()),
               alone / static_cast<double>(b.size()));
  Deviations deviations(doubt, samples.paired, options.seed);
  std::vector<double> ratios;
  int outside = 0;
  for (int i = 0; i < options.rounds; ++i) {
    const auto [da, db] = deviations.next();
    const double rank_a = q + da, rank_b = q + db;
    if (std::min(rank_a, rank_b) < 0 || std::max(rank_a, rank_b) > 1) ++outside;
    const double low = quantile(a, std::clamp(rank_a, 0.0, 1.0));
    if (low <= 0) return std::nullopt;
    ratios.push_back(quantile(b, std::clamp(rank_b, 0.0, 1.0)) / low);
  }
  if (outside > options.rounds * (1 - options.confidence) / 2) return std::nullopt;
  return middle_of(std::move(ratios), at_b / at_a, options.confidence);
}

std::optional<RatioInterval> mean_ratio(const TwoSamples& samples, const RatioOptions& options) {
  if (std::min(samples.a.size(), samples.b.size()) < kFewestSamples) return std::nullopt;
  const double mean_a = mean_of(samples.a), mean_b = mean_of(samples.b);
  if (mean_a <= 0 || mean_b <= 0) return std::nullopt;
  const auto least = [](std::span<const double> x) {
    return covariance(x, x) / static_cast<double>(x.size());
  };
  const auto doubt = doubt_of(samples, least(samples.a), least(samples.b));
  Deviations deviations(doubt, samples.paired, options.seed);
  std::vector<double> ratios;
  for (int i = 0; i < options.rounds; ++i) {
    const auto [da, db] = deviations.next();
    if (mean_a + da <= 0 || mean_b + db <= 0) return std::nullopt;
    ratios.push_back((mean_b + db) / (mean_a + da));
  }
  return middle_of(std::move(ratios), mean_b / mean_a, options.confidence);
}

}  // namespace jetmeter
