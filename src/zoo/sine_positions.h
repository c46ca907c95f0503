// Positions in a square picture as sines and cosines of falling frequency: the first half of the
// channels tells y, the second x. Written down as constants.
#pragma once

#include <cstdint>
#include <vector>

namespace jetmeter {

// side * side tokens, row by row, of `channels` values each.
std::vector<float> sine_positions(std::int64_t side, std::int64_t channels);

}  // namespace jetmeter
