// Quantiles without sorting.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace jetmeter::stats {

// Quantiles of samples in any order, asked for from low to high: each parts only what lies above
// the one before. The same numbers as quantile() of the sorted samples.
class AscendingQuantiles {
 public:
  explicit AscendingQuantiles(std::span<const double> samples)
      : AscendingQuantiles(std::vector<double>(samples.begin(), samples.end())) {}
  explicit AscendingQuantiles(std::vector<double>&& samples)
      : values_(std::move(samples)), from_(values_.begin()) {}

  // REQUIRES: there are samples, and q is not below the last one asked for.
  double next(double q) {
    const double position = q * static_cast<double>(values_.size() - 1);
    const auto below = values_.begin() + static_cast<std::ptrdiff_t>(position);
    std::nth_element(from_, below, values_.end());
    from_ = below;
    const double beyond = position - std::floor(position);
    if (beyond == 0) return *below;
    return *below + beyond * (*std::min_element(below + 1, values_.end()) - *below);
  }

 private:
  std::vector<double> values_;
  std::vector<double>::iterator from_;
};

}  // namespace jetmeter::stats
