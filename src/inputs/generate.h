// Values out of nothing: random ones and constants.
#pragma once

#include <cstdint>

#include "jetmeter/core.h"
#include "jetmeter/inputs.h"

namespace jetmeter {

// The bits come from std::mt19937_64 and are mapped here, since std's distributions differ between
// standard libraries; no step is left to the compiler's choice. Errors are to be read after "input
// 'x' ". REQUIRES (both): a concrete shape, a type that is not `other`.
Result<TensorData> random_tensor(const TensorSpec&, const Fill&, std::uint64_t stream_seed);
Result<TensorData> constant_tensor(const TensorSpec&, const Fill&);

// A seed of its own for each input.
std::uint64_t stream_seed(std::uint64_t seed, std::uint64_t input_index);

}  // namespace jetmeter
