// What a model's activations take when their shapes are not in its file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "jetmeter/model.h"

namespace jetmeter {

// The peak of the main graph's tensors, inputs and outputs included, by following the graph from
// its inputs (cost.h); and beside it what the costliest node with bodies writes in all, an upper
// bound of what lives in them. Absent where the file cannot be read, contradicts itself or has
// nodes that cannot be followed.
std::optional<std::uint64_t> worked_out_activations(const std::filesystem::path& model,
                                                    const ShapeHints&);

}  // namespace jetmeter
