// How long a series remembers.
#pragma once

#include <vector>

#include "stats/bits.h"

namespace jetmeter::stats {

struct Memory {
  // How many numbers were taken from the samples and subtracted: 1 for the mean, which is done
  // here, 2 with a slope that the caller took away.
  int fitted = 1;
  // How many of the samples tell about it: all, or of a series of 0 and 1 twice the rarer.
  double telling_share = 1;
};

// The integrated autocorrelation time 1 + 2 (rho_1 + rho_2 + …): the variance of the mean over
// what it were for independent samples. At least 1, at most the number of samples; 1 for a series
// that does not vary. It leans high by as much as it is in doubt. Linear in the number of samples.
double autocorrelation_time(std::vector<double> series, const Memory& = {});
// The same of 0 and 1, in a fraction of the time.
double autocorrelation_time(const Bits& series, const Memory& = {});

}  // namespace jetmeter::stats
