// Statistics of raw samples. Nothing is removed or smoothed; what a sample cannot support is
// absent. Pure; any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
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

// ---- how far a statistic can be believed -------------------------------------------------------
// Samples are given in the order of time where it matters, `sorted` ascending where that is said.
// Not a number and infinity are never samples: callers drop and count them (`finite`).

inline constexpr double kConfidence = 0.95;  // of every interval unless it says otherwise

struct Interval {
  double low = 0, high = 0;
  bool contains(double x) const { return low <= x && x <= high; }
};

// The samples that are numbers, in their order; `dropped` counts the others.
struct Finite {
  std::vector<double> values;
  std::int64_t dropped = 0;
};
Finite finite(std::span<const double>);

// Between order statistics, by the binomial distribution and free of assumptions about the shape;
// absent where n cannot carry it. Ranks are not whole: the binomial is continued by the beta
// function, so that the interval is not wider than it need be. `effective_n` (at most n; 0: n)
// widens it for samples that are not independent. REQUIRES: `sorted` ascending, 0 < q < 1.
std::optional<Interval> quantile_interval(std::span<const double> sorted, double q,
                                          double effective_n = 0, double confidence = kConfidence);
// The ranks of its limits among n samples: 1 the smallest, n the largest, linear between two.
std::optional<Interval> quantile_interval_ranks(std::int64_t n, double q, double effective_n = 0,
                                                double confidence = kConfidence);

// MLPerf LoadGen's early stopping (peers.md 5.1): the t-th largest sample, with the largest t for
// which P[Bin(n, 1-q) <= t] <= 1 - confidence: with that confidence the true quantile is below.
// That takes samples for independent. With `effective_n` (at most n; 0: n) it is the same rule for
// as many samples as these are worth, evenly from the smallest to the largest.
struct ConservativeQuantile {
  std::optional<double> estimate;  // absent: they are worth fewer than `needs`
  std::int64_t needs = 0;          // the least n (t = 1): 64, 130, 662, 6636 for p90 … p999
  std::int64_t rank_from_top = 0;  // t, of what they are worth; 0 without an estimate
};
ConservativeQuantile conservative_quantile(std::span<const double> sorted, double q,
                                           double effective_n = 0, double confidence = 0.99);
// The rank alone, of n samples.
struct ConservativeRank {
  std::int64_t needs = 0;
  std::int64_t from_top = 0;  // t; 0 where n is below `needs`
};
ConservativeRank conservative_rank(std::int64_t n, double q, double confidence = 0.99);

// Median absolute deviation from the median, not scaled. REQUIRES: `sorted` not empty.
double median_absolute_deviation(std::span<const double> sorted);

// How many independent samples carry as much as these do about their q-quantile: n over the
// integrated autocorrelation time of the indicator "at most the quantile" (a mean needs
// `mean_effective_n`). Between 1 and n, 0 for no samples. It leans low by as much as the time is
// in doubt, so that intervals hold: few samples of a series that remembers long count very little.
double effective_n(std::span<const double> in_time_order, double q = 0.5);
// The same number, sooner. REQUIRES: `sorted` are the same samples, ascending.
double effective_n(std::span<const double> in_time_order, std::span<const double> sorted, double q);
double mean_effective_n(std::span<const double> in_time_order);

// Percentile bootstrap of any statistic; blocks of `block` consecutive samples (1: independent
// samples). Repeatable from the seed.
struct BootstrapOptions {
  int rounds = 1000;
  std::int64_t block = 1;
  std::uint64_t seed = 1;
  double confidence = kConfidence;
};
using Statistic = std::function<double(std::span<const double>)>;  // of samples in any order
std::optional<Interval> bootstrap_interval(std::span<const double> in_time_order, const Statistic&,
                                           const BootstrapOptions& = {});

// The mean's, by a bootstrap in blocks as long as the samples remember. Of many samples the means
// of equal groups are drawn instead, at most `most_groups`, so that millions cost what thousands
// do. Absent where the samples are worth fewer than four blocks.
struct MeanOptions {
  std::int64_t most_groups = 5000;
  int rounds = 1000;
  std::uint64_t seed = 1;
  double confidence = kConfidence;
};
struct MeanInterval {
  Interval interval;
  std::int64_t group = 1;  // samples that were taken together
  std::int64_t block = 1;  // groups that were drawn together
};
std::optional<MeanInterval> mean_interval(std::span<const double> in_time_order,
                                          const MeanOptions& = {});

// Samples far from the bulk: outside the quartiles by more than three interquartile ranges, and by
// a hundredth of the median. They are told, never removed.
struct Outliers {
  std::int64_t low = 0, high = 0;
  std::vector<std::int64_t> first;  // indices in the order of time, the first hundred
  std::optional<Interval> inside;   // what lies beyond is one; absent: too few samples to tell
};
Outliers outliers(std::span<const double> in_time_order);
// The same, sooner. REQUIRES: `sorted` are the same samples, ascending.
Outliers outliers(std::span<const double> in_time_order, std::span<const double> sorted);

// One sample at its time.
struct TimedValue {
  double seconds = 0;  // since any origin, not falling
  double value = 0;
};

// Whether samples move as time goes on: Theil and Sen's slope, judged by a rank test whose variance
// is corrected for autocorrelation.
enum class DriftVerdict { none, rising, falling, cannot_tell };
std::string_view name(DriftVerdict);
struct Drift {
  DriftVerdict verdict = DriftVerdict::cannot_tell;
  std::optional<double> percent_per_minute;  // of the median
  std::optional<double> percent_over_run;
  std::optional<double> p_value;
};
Drift drift(std::span<const TimedValue> in_time_order);

// Whether the run had settled (peers.md 5.3, with a slope test): equal windows of time; steady
// from the first window from which every later one agrees with the last within the tolerance.
struct Window {
  double from_seconds = 0, to_seconds = 0;
  std::int64_t n = 0;
  std::optional<double> median, throughput;  // throughput in samples per second
};
struct SteadyState {
  enum class Verdict { steady, settled_late, unsteady, cannot_tell };
  Verdict verdict = Verdict::cannot_tell;
  std::string reason;                     // "window 3 of 5 is 18 % above the last"
  std::optional<double> settled_seconds;  // since the first sample; settled_late only
  std::vector<Window> windows;
};
std::string_view name(SteadyState::Verdict);
struct SteadyOptions {
  int windows = 5;
  std::int64_t least_per_window = 20;
  double tolerance = 0.10;  // max/min - 1 of medians and of throughputs
};
SteadyState steady_state(std::span<const TimedValue> in_time_order, const SteadyOptions& = {});

// Whether samples gather around more than one value, as with two clock states. Only modes that
// hold a tenth of the samples or more, with a valley between them that is no accident.
struct Mode {
  double center = 0;
  double share = 0;
};
std::vector<Mode> modes(std::span<const double> sorted);  // one or none: nothing to say

// ---- comparing ---------------------------------------------------------------------------------

struct RatioInterval {
  double low = 0, mid = 0, high = 0;  // of b to a
  double confidence = kConfidence;
};
// Ratio of medians of two runs that know nothing of each other: from resampled medians, each of as
// many samples as the run is worth (`effective_n`). Absent below 8 samples on a side, where a side
// is worth fewer than 5 independent ones, and where a median or the interval reaches 0.
struct RatioOptions {
  int rounds = 2000;
  std::uint64_t seed = 1;
  double confidence = kConfidence;
};
std::optional<RatioInterval> unpaired_ratio(std::span<const double> a, std::span<const double> b,
                                            const RatioOptions& = {});
// Median of the ratios b[i]/a[i] of rounds that belong together, between order statistics: of their
// effective n from 40 rounds on; of too few for that (below 6 at 95 %, below 8 at 99 %) by
// Student's t of the logarithms. Absent below 4 rounds, and where 40 or more are worth too few.
// `rounds` and `seed` of the options are unused. REQUIRES: a.size() == b.size(), all positive.
std::optional<RatioInterval> paired_ratio(std::span<const double> a, std::span<const double> b,
                                          const RatioOptions& = {});

// The same of ratios that are known by themselves. REQUIRES: all positive.
std::optional<RatioInterval> median_of_ratios(std::span<const double> in_time_order,
                                              const RatioOptions& = {});

enum class Verdict { faster, slower, same, cannot_tell };
std::string_view name(Verdict);  // "faster", "slower", "same", "cannot tell"
struct VerdictOptions {
  double least_difference = 0.01;  // what is nearer to 1 than this is `same`
  bool higher_is_better = false;   // throughput, not latency
};
struct RatioVerdict {
  Verdict verdict = Verdict::cannot_tell;
  std::string reason;  // one clause: "the interval 0.97 to 1.04 holds both"
};
// From `cannot tell`, upgraded on evidence: faster or slower when the whole interval lies beyond
// the least difference and 1 stays outside were it half as wide again, same when the whole interval
// lies within the least difference. `faster` is the better side: a lower ratio, or a higher one
// where higher is better.
RatioVerdict judge(const std::optional<RatioInterval>&, const VerdictOptions& = {});

}  // namespace jetmeter
