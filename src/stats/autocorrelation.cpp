#include "stats/autocorrelation.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <numeric>
#include <optional>
#include <span>
#include <utility>

namespace jetmeter::stats {
namespace {

// A series that remembers longer than this is cut into blocks and their means are looked at.
constexpr std::size_t kMostLags = 128;

double mean_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// REQUIRES: lag < centred.size()
double autocovariance(std::span<const double> centred, std::size_t lag) {
  const auto pairs = centred.size() - lag;
  const double* earlier = centred.data();
  const double* later = earlier + lag;
  std::array<double, 4> sums{};  // four chains of additions: none waits for the others
  std::size_t i = 0;
  for (; i + sums.size() <= pairs; i += sums.size())
    for (std::size_t k = 0; k < sums.size(); ++k) sums[k] += earlier[i + k] * later[i + k];
  for (; i < pairs; ++i) sums[0] += earlier[i] * later[i];
  return (sums[0] + sums[1] + sums[2] + sums[3]) / static_cast<double>(pairs);
}

// About the mean of the whole series. REQUIRES: lag < series.size()
double autocovariance(const Bits& series, std::size_t lag) {
  const auto pairs = static_cast<double>(series.size() - lag);
  const auto ones = static_cast<double>(series.pairs(0));
  const double mean = ones / static_cast<double>(series.size());
  double of_first = 0, of_last = 0;  // ones among the `lag` first and last
  for (std::size_t i = 0; i < lag; ++i) {
    of_first += series.at(i) ? 1 : 0;
    of_last += series.at(series.size() - 1 - i) ? 1 : 0;
  }
  const double earlier = ones - of_last, later = ones - of_first;
  const auto both = static_cast<double>(series.pairs(lag));
  return (both - mean * (earlier + later) + pairs * mean * mean) / pairs;
}

// Autocorrelations, one lag after the other as they are asked for.
class Correlations {
 public:
  using Covariance = std::function<double(std::size_t lag)>;
  explicit Correlations(Covariance covariance)
      : covariance_(std::move(covariance)), variance_(covariance_(0)) {}

  double variance() const { return variance_; }
  double at(std::size_t lag) {
    while (known_.size() <= lag) known_.push_back(covariance_(known_.size()) / variance_);
    return known_[lag];
  }

 private:
  Covariance covariance_;
  double variance_;
  std::vector<double> known_;
};

// The initial monotone sequence: sums of neighbouring pairs of autocorrelations are positive and
// falling in truth, so from the first that is not the rest is noise (Geyer, "Practical Markov
// Chain Monte Carlo", Statistical Science 7, 1992, section 3.3). `lift` is what each correlation
// lost because the mean was taken from the same samples. Absent where kMostLags do not suffice.
std::optional<double> monotone_sum(Correlations& correlations, std::size_t n, double lift) {
  double time = -1;
  double last = 2;
  const auto lags = std::min(kMostLags, n / 2);
  for (std::size_t lag = 0; lag + 1 < lags; lag += 2) {
    const double pair = (correlations.at(lag) + correlations.at(lag + 1) + 2 * lift) / (1 + lift);
    if (pair <= 0) return time;
    last = std::min(last, pair);
    time += 2 * last;
  }
  if (lags == kMostLags) return std::nullopt;
  return time;
}

// Correlations about the sample's mean are too small by the variance of that mean, which is what
// is sought; a few rounds settle it (Percival 1993 gives the bias as time / n).
std::optional<double> time_of(Correlations& correlations, std::size_t n, int fitted) {
  constexpr int kRounds = 4;
  double time = 1;
  for (int round = 0; round < kRounds; ++round) {
    const auto better = monotone_sum(correlations, n, fitted * time / static_cast<double>(n));
    if (!better) return std::nullopt;
    time = std::clamp(*better, 1.0, static_cast<double>(n));
  }
  return time;
}

// The time is itself an estimate, with about `telling` / (3.3 time) degrees of freedom; an interval
// that takes it for the truth is too narrow by Student's t over the normal's z, whose square is
// about 1 + (z^2 + 1) / (2 degrees). Without it 95 % intervals of the median of 300 samples of an
// AR(1) series with phi = 0.9 held the truth in 91 % of the draws, those of the p99 of 3000 in 90
// %.
double widened(double time, double n, double telling_share) {
  const double doubt = 8 * (time - 1) / (n * telling_share);
  return std::clamp(time * (1 + std::max(0.0, doubt)), 1.0, n);
}

std::vector<double> means_of(const std::vector<double>& series, std::size_t together) {
  std::vector<double> means(series.size() / together);
  for (std::size_t i = 0; i < means.size(); ++i) {
    const auto from = series.begin() + static_cast<std::ptrdiff_t>(i * together);
    means[i] = std::accumulate(from, from + static_cast<std::ptrdiff_t>(together), 0.0) /
               static_cast<double>(together);
  }
  return means;
}

std::vector<double> means_of_pairs(const Bits& series) {
  std::vector<double> means(series.size() / 2);
  for (std::size_t i = 0; i < means.size(); ++i)
    means[i] = (series.at(2 * i) ? 0.5 : 0.0) + (series.at(2 * i + 1) ? 0.5 : 0.0);
  return means;
}

// What is known of the samples before they were taken together.
struct Origin {
  double n = 0;
  double block = 1;                       // samples in one of the series
  std::optional<double> variance_of_one;  // of a sample; absent: the series is that of them
};

// Takes more and more together until the lags suffice.
double time_in_blocks(std::vector<double> series, Origin origin, const Memory& memory) {
  constexpr std::size_t kLong = 65'536;
  for (;;) {
    const double mean = mean_of(series);
    for (double& value : series) value -= mean;
    Correlations correlations([&](std::size_t lag) { return autocovariance(series, lag); });
    const double variance = correlations.variance();
    if (!(variance > 0)) return 1;
    if (!origin.variance_of_one) origin.variance_of_one = variance;
    if (const auto time = time_of(correlations, series.size(), memory.fitted))
      return widened(*time * origin.block * variance / *origin.variance_of_one, origin.n,
                     memory.telling_share);
    const std::size_t together = series.size() > kLong ? 4 : 2;
    series = means_of(series, together);
    origin.block *= static_cast<double>(together);
  }
}

}  // namespace

double autocorrelation_time(std::vector<double> series, const Memory& memory) {
  const auto n = static_cast<double>(series.size());
  if (series.size() < 4) return 1;
  return time_in_blocks(std::move(series), {.n = n}, memory);
}

double autocorrelation_time(const Bits& series, const Memory& memory) {
  const auto n = static_cast<double>(series.size());
  if (series.size() < 4) return 1;
  Correlations correlations([&](std::size_t lag) { return autocovariance(series, lag); });
  const double variance = correlations.variance();
  if (!(variance > 0)) return 1;
  if (const auto time = time_of(correlations, series.size(), memory.fitted))
    return widened(*time, n, memory.telling_share);
  return time_in_blocks(means_of_pairs(series), {.n = n, .block = 2, .variance_of_one = variance},
                        memory);
}

}  // namespace jetmeter::stats
