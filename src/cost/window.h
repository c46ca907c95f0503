// What convolutions and pools share: windows that slide over the axes after batch and channels.
#pragma once

#include <vector>

#include "cost/rule.h"

namespace jetmeter {

struct SlidingWindows {
  Shape kernel, strides, dilations;
  Shape pads;         // begins, then ends
  bool same = false;  // auto_pad SAME_*: the output's extent hangs on the stride alone
  bool ceil = false;  // of pools
};

// From the attributes, checked against `axes` sliding axes. `kernel` stands in where the attribute
// is absent.
Inferred<SlidingWindows> windows_of(const NodeInputs&, std::size_t axes, const Shape& kernel);
// How many windows fit on each axis of `extents`.
Inferred<Shape> count_windows(const SlidingWindows&, std::span<const std::int64_t> extents);

}  // namespace jetmeter
