#include "pipelines/heads/grid.h"

namespace jetmeter {

std::array<Level, 3> levels_of(int width, int height) {
  std::array<Level, 3> levels;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    const int stride = kStrides[i];
    levels[i] = {stride, (width + stride - 1) / stride, (height + stride - 1) / stride};
  }
  return levels;
}

std::int64_t cell_count(int width, int height) {
  std::int64_t cells = 0;
  for (const auto& level : levels_of(width, height)) cells += level.cells();
  return cells;
}

}  // namespace jetmeter
