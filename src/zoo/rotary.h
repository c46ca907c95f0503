// Rotary positions of a square grid: pairs of neighbouring channels turn, the first half of them by
// x, the second by y.
#pragma once

#include "zoo/net.h"

namespace jetmeter {

struct RotaryTable {
  std::string cosine, sine;  // tokens x width / 2 x 1
  std::int64_t tokens = 0, width = 0;
};
RotaryTable rotary_table(NetBuilder&, const std::string& name, std::int64_t side,
                         std::int64_t width);
// 1 x (grids * tokens) x width: each grid turns alike. Gives grids x tokens x width.
std::string rotate(NetBuilder&, const std::string& name, const std::string& x, const RotaryTable&,
                   std::int64_t grids);

}  // namespace jetmeter
