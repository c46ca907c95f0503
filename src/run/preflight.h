// What the models will take, told before any of them is loaded.
#pragma once

#include <optional>
#include <vector>

#include "jetmeter/memory.h"
#include "jetmeter/run.h"

namespace jetmeter {

struct PreflightResult {
  std::optional<ForecastRecord> forecast;  // absent: the slot does not run, or was not looked at
  MemoryFit fit = MemoryFit::cannot_tell;
  // Another run of this program was there, and counts a part of the libraries' pages as its own.
  bool beside_others = false;
};

// One result per slot. A runtime's own memory is measured, in a run of its own, when the cache does
// not hold it for these versions; `note` says so. Forks: call it before other threads start.
std::vector<PreflightResult> preflight(const RunSpec&, const RunContext&);

}  // namespace jetmeter
