#include "inputs/extents.h"

#include <algorithm>
#include <limits>

namespace jetmeter {

std::optional<std::uint64_t> tensor_bytes(ElementType type, std::span<const std::int64_t> extents) {
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  std::uint64_t bytes = std::max<std::size_t>(1, element_bytes(type));
  bool empty = false;
  for (const auto extent : extents) {
    if (extent < 0) return std::nullopt;
    if (extent == 0) empty = true;
    const auto factor = static_cast<std::uint64_t>(std::max<std::int64_t>(1, extent));
    if (bytes > kMost / factor) return std::nullopt;
    bytes *= factor;
  }
  return empty ? 0 : bytes;
}

}  // namespace jetmeter
