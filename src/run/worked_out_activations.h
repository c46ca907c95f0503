// What a model's activations take when their shapes are not in its file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "jetmeter/model.h"

namespace jetmeter {

// The peak of the main graph's tensors, inputs and outputs included, and beside it the most that
// the bodies of one node need, by following the graph from its inputs (cost.h). Absent where the
// file cannot be read, contradicts itself, has nodes that cannot be followed, or has kernels that
// unroll what they convolve, which no tensor shows. In a process of its own for a minute at most:
// the file may be hostile, and may be cut short while it is mapped.
std::optional<std::uint64_t> worked_out_activations(const std::filesystem::path& model,
                                                    const ShapeHints&);

}  // namespace jetmeter
