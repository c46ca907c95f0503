// Elements brought into this machine's order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace jetmeter {

// REQUIRES (both): `width` is 1, 2, 4 or 8 and divides the number of bytes.
void swap_bytes(std::span<std::byte> elements, std::size_t width);

// From the order in which the first axis moves fastest to that in which the last one does.
std::vector<std::byte> to_row_major(std::span<const std::byte> elements,
                                    std::span<const std::int64_t> shape, std::size_t width);

}  // namespace jetmeter
