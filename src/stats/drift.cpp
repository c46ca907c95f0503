#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "jetmeter/stats.h"
#include "stats/autocorrelation.h"

namespace jetmeter {
namespace {

constexpr std::size_t kLeastPoints = 12;
// Pairs grow with the square: more samples than these are taken together, as medians of
// consecutive ones.
constexpr std::size_t kMostPoints = 400;
// Fewer independent points than these rise or fall by chance too often.
constexpr double kLeastEffective = 8;
constexpr double kSignificance = 0.01;
constexpr double kLeastPercent = 1;  // over the run; what moves less does not move
// Samples are said to stay where they are if they surely move by no more than this over the run.
constexpr double kMostPercentOfNone = 5;

double median_of(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return std::midpoint(*std::max_element(values.begin(), middle), *middle);
}

TimedValue middle_of(std::span<const TimedValue> block) {
  std::vector<double> values(block.size());
  std::ranges::transform(block, values.begin(), &TimedValue::value);
  return {std::midpoint(block.front().seconds, block.back().seconds), median_of(values)};
}

std::vector<TimedValue> thinned(std::span<const TimedValue> samples) {
  const auto points = std::min(samples.size(), kMostPoints);
  std::vector<TimedValue> thin(points);
  for (std::size_t i = 0; i < points; ++i) {
    const auto from = i * samples.size() / points, to = (i + 1) * samples.size() / points;
    thin[i] = middle_of(samples.subspan(from, to - from));
  }
  return thin;
}

// Over all pairs at different times: the median slope (Theil 1950, Sen 1968), and how many more
// pairs rise than fall (Mann 1945, Kendall 1975).
struct Pairs {
  std::optional<double> slope;
  std::vector<double> slopes;
  double excess = 0;
};

Pairs pairs_of(std::span<const TimedValue> points) {
  Pairs result;
  auto& slopes = result.slopes;
  slopes.reserve(points.size() * (points.size() - 1) / 2);
  for (std::size_t j = 1; j < points.size(); ++j)
    for (std::size_t i = 0; i < j; ++i) {
      const double later = points[j].seconds - points[i].seconds;
      const double more = points[j].value - points[i].value;
      if (!(later > 0)) continue;
      slopes.push_back(more / later);
      result.excess += more > 0 ? 1 : more < 0 ? -1 : 0;
    }
  if (!slopes.empty()) result.slope = median_of(slopes);
  return result;
}

// Ranks from 1; equal values share their mean rank. `tied` is the sum of t (t - 1) (2 t + 5) over
// the groups of t equal values.
struct Ranks {
  std::vector<double> ranks;
  double tied = 0;
};

Ranks ranks_of(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [values](std::size_t i) { return values[i]; });
  Ranks result;
  result.ranks.resize(values.size());
  for (std::size_t from = 0; from < order.size();) {
    auto to = from;
    while (to < order.size() && values[order[to]] == values[order[from]]) ++to;
    const auto equal = static_cast<double>(to - from);
    result.tied += equal * (equal - 1) * (2 * equal + 5);
    for (auto i = from; i < to; ++i)
      result.ranks[order[i]] = static_cast<double>(from) + (equal + 1) / 2;
    from = to;
  }
  return result;
}

// Of the excess of rising pairs among independent points.
double independent_variance(std::span<const TimedValue> points) {
  std::vector<double> values(points.size());
  std::ranges::transform(points, values.begin(), &TimedValue::value);
  const auto n = static_cast<double>(points.size());
  return (n * (n - 1) * (2 * n + 5) - ranks_of(values).tied) / 18;
}

// How long the points remember once the slope is taken away, by their ranks as in Hamed & Rao, "A
// modified Mann-Kendall trend test for autocorrelated data", J. Hydrology 204 (1998), whose sum
// over lags the initial monotone sequence replaces.
double memory_of(std::span<const TimedValue> points, double slope) {
  std::vector<double> level(points.size());
  std::ranges::transform(points, level.begin(),
                         [&](const TimedValue& p) { return p.value - slope * p.seconds; });
  constexpr int kMeanAndSlope = 2;
  return stats::autocorrelation_time(ranks_of(level).ranks, {.fitted = kMeanAndSlope});
}

// Of the excess of rising pairs; 0 where all points are equal. Absent: too few independent points.
std::optional<double> variance_of(std::span<const TimedValue> points, double slope) {
  const double memory = memory_of(points, slope);
  if (static_cast<double>(points.size()) < kLeastEffective * memory) return std::nullopt;
  return independent_variance(points) * memory;
}

double p_value(double excess, double variance) {
  if (!(variance > 0)) return 1;
  const double z = std::max(0.0, std::abs(excess) - 1) / std::sqrt(variance);
  return std::erfc(z / std::numbers::sqrt2);
}

// The 95 % interval of the median slope, between order statistics of the slopes of pairs (Sen 1968;
// Gilbert 1987, section 16.5). Absent: the pairs do not carry it.
std::optional<Interval> slope_interval(std::vector<double>& slopes, double variance) {
  constexpr double kZ = 1.959964;
  const auto pairs = static_cast<double>(slopes.size());
  const double half = kZ * std::sqrt(std::max(0.0, variance)) / 2;
  const double low = std::floor(pairs / 2 - half) - 1, high = std::ceil(pairs / 2 + half);
  if (low < 0 || high > pairs - 1) return std::nullopt;
  const auto at = [&](double rank) {
    const auto place = slopes.begin() + static_cast<std::ptrdiff_t>(rank);
    std::nth_element(slopes.begin(), place, slopes.end());
    return *place;
  };
  return Interval{at(low), at(high)};
}

double median_of(std::span<const TimedValue> samples) {
  std::vector<double> values(samples.size());
  std::ranges::transform(samples, values.begin(), &TimedValue::value);
  return median_of(values);
}

}  // namespace

Drift drift(std::span<const TimedValue> in_time_order) {
  Drift result;
  if (in_time_order.size() < kLeastPoints) return result;
  const auto points = thinned(in_time_order);
  auto [slope, slopes, excess] = pairs_of(points);
  const double median = median_of(in_time_order);
  if (!slope || median == 0) return result;
  const double run = in_time_order.back().seconds - in_time_order.front().seconds;
  const auto percent_over_run = [&](double of_slope) {
    return 100 * of_slope / std::abs(median) * run;
  };
  result.percent_per_minute = 60 * (100 * *slope / std::abs(median));
  result.percent_over_run = percent_over_run(*slope);
  const auto variance = variance_of(points, *slope);
  if (!variance) return result;
  result.p_value = p_value(excess, *variance);
  if (*result.p_value < kSignificance && std::abs(*result.percent_over_run) >= kLeastPercent) {
    result.verdict = *slope > 0 ? DriftVerdict::rising : DriftVerdict::falling;
    return result;
  }
  const auto range = slope_interval(slopes, *variance);
  if (range && percent_over_run(range->low) > -kMostPercentOfNone &&
      percent_over_run(range->high) < kMostPercentOfNone)
    result.verdict = DriftVerdict::none;
  return result;
}

}  // namespace jetmeter
