// What a run has found, in one line each, as it tells it under its steps. Pure.
#pragma once

#include <string>

#include "jetmeter/frames.h"
#include "jetmeter/machine.h"
#include "run/results.h"

namespace jetmeter {

std::string describe(const Machine&);
std::string describe(const SourceInfo&);
// REQUIRES: its model is loaded.
std::string describe(const SlotData&);

}  // namespace jetmeter
