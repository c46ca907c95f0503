#include "stats/autocorrelation.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <optional>
#include <span>

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
  double sum = 0;
  for (std::size_t i = 0; i < pairs; ++i) sum += earlier[i] * later[i];
  return sum / static_cast<double>(pairs);
}

// Autocorrelations about the sample's own mean, one lag after the other as they are asked for.
class Correlations {
 public:
  explicit Correlations(std::span<const double> centred)
      : centred_(centred), variance_(autocovariance(centred, 0)) {}

  double variance() const { return variance_; }
  double at(std::size_t lag) {
    while (known_.size() <= lag)
      known_.push_back(autocovariance(centred_, known_.size()) / variance_);
    return known_[lag];
  }

 private:
  std::span<const double> centred_;
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

std::vector<double> means_of_pairs(const std::vector<double>& series) {
  std::vector<double> means(series.size() / 2);
  for (std::size_t i = 0; i < means.size(); ++i) means[i] = (series[2 * i] + series[2 * i + 1]) / 2;
  return means;
}

}  // namespace

double autocorrelation_time(std::vector<double> series, const Memory& memory) {
  const auto n = static_cast<double>(series.size());
  if (series.size() < 4) return 1;
  double variance_of_one = 0;
  double block = 1;
  for (;; series = means_of_pairs(series), block *= 2) {
    const double mean = mean_of(series);
    for (double& value : series) value -= mean;
    Correlations correlations(series);
    if (!(correlations.variance() > 0)) return 1;
    if (block == 1) variance_of_one = correlations.variance();
    if (const auto time = time_of(correlations, series.size(), memory.fitted))
      return widened(*time * block * correlations.variance() / variance_of_one, n,
                     memory.telling_share);
  }
}

}  // namespace jetmeter::stats
