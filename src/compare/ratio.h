// Intervals on the ratio of a statistic of two runs, from their raw samples in the order of time.
// The statistic's long-run variance comes from the means of long blocks, so that neither
// autocorrelation nor slow waves within a run make an interval too narrow. O(n log n).
#pragma once

#include <optional>
#include <span>

#include "jetmeter/stats.h"

namespace jetmeter {

// Below this many samples a side there is no interval.
inline constexpr std::size_t kFewestSamples = 8;

// Samples of both runs; `paired`: entry i of both is the same frame.
// REQUIRES: all finite, and as many in `b` as in `a` where they are paired.
struct TwoSamples {
  std::span<const double> a, b;
  bool paired = false;
};

// Ratio b/a of the q-quantiles: ranks are drawn as far as they may be off, and the quantiles read
// there. Paired, both ranks are drawn together as their blocks moved together, so that what the
// frames themselves cause cancels. Absent where the draws leave the sample, or for a quantile of 0.
std::optional<RatioInterval> quantile_ratio(const TwoSamples&, double q, const RatioOptions& = {});
// Ratio b/a of the means.
std::optional<RatioInterval> mean_ratio(const TwoSamples&, const RatioOptions& = {});

}  // namespace jetmeter
