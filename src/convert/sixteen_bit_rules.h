// What is known of operators and 16 bits.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "jetmeter/graph.h"
#include "jetmeter/tensor.h"

namespace jetmeter {

// Why a node stays float32 whatever its numbers are; absent: it need not.
std::optional<std::string> reason_to_stay(const Node&, ElementType, std::int64_t opset);
// An input that is float32 in a node of 16 bits too, by the operator's definition.
bool input_stays(const Node&, std::size_t input);
// Moves numbers and computes none: not worth two Casts.
bool only_moves(const Node&);
// Its outputs' types do not hang on what type of float it reads.
bool reads_any_float(const Node&);
// A limit or a filling: the largest number will do where it is beyond that.
bool may_saturate(const Node&);

}  // namespace jetmeter
