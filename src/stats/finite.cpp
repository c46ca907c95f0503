#include <cmath>

#include "jetmeter/stats.h"

namespace jetmeter {

Finite finite(std::span<const double> samples) {
  Finite result;
  result.values.reserve(samples.size());
  for (const double x : samples)
    if (std::isfinite(x))
      result.values.push_back(x);
    else
      ++result.dropped;
  return result;
}

}  // namespace jetmeter
