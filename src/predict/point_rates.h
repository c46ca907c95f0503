// Between what was measured: the rate that a kernel of any size gets. Pure.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "jetmeter/predict.h"

namespace jetmeter {

struct Extents {
  double m = 0, n = 0, k = 0;
  bool ragged = false;
};
// Whether a convolution's channels leave vectors of sixteen unfilled.
bool is_ragged(double channels);

// Operations per second of a product, from the measured ones that are nearest in the logarithms of
// their extents. Absent where none of the kind was measured.
std::optional<double> product_rate(std::span<const CalibrationPoint>, std::string_view probe,
                                   bool quantized, const Extents&);
// Bytes per second of an operator that reads and writes so many.
std::optional<double> byte_rate(std::span<const CalibrationPoint>, std::string_view probe,
                                double bytes);

}  // namespace jetmeter
