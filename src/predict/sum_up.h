// What the predictions for boards and for this machine have in common. Pure.
#pragma once

#include "jetmeter/predict.h"

namespace jetmeter {

// The kernel's time and bottleneck, from its three parts.
void settle(KernelTime&);
// Time, band, operations and whether it is all, from the kernels' times.
void sum_up(Prediction&, const FusedModel&);
void say_what_is_unknown(Prediction&, const FusedModel&);

}  // namespace jetmeter
