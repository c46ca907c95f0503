// How many bytes a shape asks for, without overflow.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "jetmeter/tensor.h"

namespace jetmeter {

// No format and no runtime has more.
inline constexpr std::size_t kMostAxes = 64;

// Bytes of a tensor of this type and these concrete extents. Absent where the number, or that of
// the elements with empty axes left out, is beyond int64, or an axis is open. An element of `other`
// counts as one byte.
std::optional<std::uint64_t> tensor_bytes(ElementType, std::span<const std::int64_t> extents);

}  // namespace jetmeter
