// What a metric's name says of it. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "jetmeter/compare.h"

namespace jetmeter {

struct MetricFacts {
  std::string_view unit;         // "ms", "bytes"; empty: a plain number, or not known
  std::optional<Better> better;  // absent: not known
};
MetricFacts metric_facts(std::string_view metric);

// "15.5 ms", "1.50 GiB", "0.8015"
std::string metric_text(double value, const MetricFacts&);

}  // namespace jetmeter
