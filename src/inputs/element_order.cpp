#include "inputs/element_order.h"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace jetmeter {
namespace {

// Counts through the indices of a shape in row-major order and knows where each element lies in
// column-major order.
class ColumnMajorWalk {
 public:
  explicit ColumnMajorWalk(std::span<const std::int64_t> shape)
      : shape_(shape), index_(shape.size(), 0), steps_(shape.size(), 1) {
    for (std::size_t i = 1; i < shape.size(); ++i) {
      steps_[i] = steps_[i - 1] * static_cast<std::size_t>(shape[i - 1]);
    }
  }

  std::size_t position() const { return position_; }
  void advance() {
    for (std::size_t i = shape_.size(); i-- > 0;) {
      position_ += steps_[i];
      if (++index_[i] < shape_[i]) return;
      position_ -= steps_[i] * static_cast<std::size_t>(shape_[i]);
      index_[i] = 0;
    }
  }

 private:
  std::span<const std::int64_t> shape_;
  std::vector<std::int64_t> index_;
  std::vector<std::size_t> steps_;
  std::size_t position_ = 0;
};

// The width is a constant to the compiler, which turns the copy into one load and one store.
template <std::size_t kWidth>
void gather(const std::byte* from, std::span<std::byte> to, std::span<const std::int64_t> shape) {
  ColumnMajorWalk walk(shape);
  for (std::size_t i = 0; i < to.size(); i += kWidth) {
    std::memcpy(to.data() + i, from + walk.position() * kWidth, kWidth);
    walk.advance();
  }
}

}  // namespace

void swap_bytes(std::span<std::byte> elements, std::size_t width) {
  for (std::size_t i = 0; i + width <= elements.size(); i += width) {
    std::ranges::reverse(elements.subspan(i, width));
  }
}

std::vector<std::byte> to_row_major(std::span<const std::byte> elements,
                                    std::span<const std::int64_t> shape, std::size_t width) {
  std::vector<std::byte> rows(elements.size());
  switch (width) {
    case 1: gather<1>(elements.data(), rows, shape); break;
    case 2: gather<2>(elements.data(), rows, shape); break;
    case 4: gather<4>(elements.data(), rows, shape); break;
    case 8: gather<8>(elements.data(), rows, shape); break;
    default: assert(false);
  }
  return rows;
}

}  // namespace jetmeter
