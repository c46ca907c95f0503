// The cells that anchor-free detectors predict from: one per stride x stride pixels, row by row,
// finest level first.
#pragma once

#include <array>
#include <cstdint>

namespace jetmeter {

inline constexpr std::array<int, 3> kStrides{8, 16, 32};

struct Level {
  int stride = 0;
  int columns = 0, rows = 0;
  std::int64_t cells() const { return std::int64_t{columns} * rows; }
};

// A part of a cell at the right or bottom edge counts as a cell.
std::array<Level, 3> levels_of(int width, int height);
std::int64_t cell_count(int width, int height);

}  // namespace jetmeter
