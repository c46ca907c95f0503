// What `model quantize` says of what it did.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "jetmeter/quantize.h"

namespace jetmeter {

struct QuantizeSummary {
  QuantizePlan plan;
  std::string out, method;
  std::int64_t samples = 0, error_samples = 0;
  bool from_cache = false;
  std::optional<std::uint64_t> bytes_before, bytes_after;
  std::vector<OutputError> outputs;  // empty: there were no samples to measure on
};
std::string to_text(const QuantizeSummary&);
std::string to_json(const QuantizeSummary&);

}  // namespace jetmeter
