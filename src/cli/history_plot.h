// Points over time on a terminal. Pure.
#pragma once

#include <span>
#include <string>

#include "cli/history_metric.h"
#include "jetmeter/core.h"

namespace jetmeter {

struct PlotPoint {
  WallTime time{};
  double value = 0;
};

struct PlotOptions {
  std::size_t columns = 80,
              rows = 16;  // of the picture; widened where the scale and two times need it
  bool unicode = true;
  MetricFacts facts;
};

// Rows of equal meaning from a scale of round numbers, the median as a line, the first and the last
// time below. Each line ends. REQUIRES: points not empty, their values finite.
std::string plot(std::span<const PlotPoint> points, const PlotOptions&);

// REQUIRES: not empty.
double median_of(std::span<const PlotPoint> points);

}  // namespace jetmeter
