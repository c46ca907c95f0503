// How fast this machine is at this moment: what a fixed piece of work takes. Two runs of one model
// on a machine that was in two states (another virtual machine beside it, another clock) differ
// without the model being slower; this tells them apart.
#pragma once

#include "jetmeter/core.h"

namespace jetmeter {

// The third fastest of 11 repetitions of some three milliseconds each, on the calling thread:
// products of matrices that lie in the second-level cache, and a walk over 4 MiB. The same work in
// every build, which the optimiser's settings for this file see to.
Nanoseconds probe_speed(const Clock&);

}  // namespace jetmeter
