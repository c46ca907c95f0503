#include "inputs/elements.h"

namespace jetmeter {

BrainBits to_brain(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if (std::isnan(value)) return {static_cast<std::uint16_t>(bits >> 16U | 0x40U)};
  const std::uint32_t odd = bits >> 16U & 1U;
  return {static_cast<std::uint16_t>((bits + 0x7FFFU + odd) >> 16U)};
}

std::vector<std::byte> widened(std::span<const std::byte> brain) {
  const std::size_t count = brain.size() / sizeof(BrainBits);
  std::vector<std::byte> wide(count * sizeof(float));
  for (std::size_t i = 0; i < count; ++i) {
    const double number = to_number(load_element<BrainBits>(brain, i));
    store_element(wide, i, static_cast<float>(number));
  }
  return wide;
}

}  // namespace jetmeter
