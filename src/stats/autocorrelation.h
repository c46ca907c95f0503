// How long a series remembers.
#pragma once

#include <vector>

namespace jetmeter::stats {

// The integrated autocorrelation time 1 + 2 (rho_1 + rho_2 + …): the variance of the mean over
// what it were for independent samples. At least 1, at most the number of samples; 1 for a series
// that does not vary. Linear in the number of samples.
double autocorrelation_time(std::vector<double> series);

}  // namespace jetmeter::stats
