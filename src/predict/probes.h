// The micro models whose times tell what a machine can do. Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "jetmeter/graph.h"
#include "jetmeter/predict.h"

namespace jetmeter {

// A micro model that computes the same kernel several times.
struct Probe {
  CalibrationPoint point;  // what it measures; without times
  double kernels = 1;      // of the kind, in one run
  // Position of a probe that does the same but for what is measured.
  std::optional<std::size_t> without;
  std::function<ModelGraph()> build;
};

// The same seed gives the same models.
std::vector<Probe> calibration_probes(std::uint64_t seed);

// An operator, and a run, that do next to nothing.
Probe overhead_probe();
Probe empty_run_probe();

}  // namespace jetmeter
