// The memory that a session feeds from and reads into, and the shapes that it is opened with.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "jetmeter/core.h"
#include "jetmeter/tensor.h"

namespace jetmeter {

// Zeroed memory of one tensor, aligned for every vector unit. The address stays for life, also
// when the object is moved.
class TensorBuffer {
 public:
  // REQUIRES: every axis is concrete and the type has a size.
  TensorBuffer(ElementType, Shape);
  TensorView view() const { return {type_, shape_, data_.get(), bytes_}; }

 private:
  struct Free {
    void operator()(std::byte*) const;
  };
  ElementType type_;
  Shape shape_;
  std::size_t bytes_;
  std::unique_ptr<std::byte, Free> data_;
};

// True when no axis is dynamic.
bool is_concrete(std::span<const std::int64_t>);

// True when the elements can be counted and could be addressed; a dynamic axis counts as one.
bool fits_in_memory(std::span<const std::int64_t>);

// The shapes to open a session with: `requested`, one per input, or as declared when it is empty.
// Fails, naming the input, on another number of inputs, another rank, an axis left open, an axis
// that the model fixes to another extent, or a tensor beyond any memory.
Result<std::vector<Shape>> input_shapes_to_open(std::span<const TensorSpec> declared,
                                                std::span<const Shape> requested);

// The type of the first floating input, else of the first floating output, else of the first
// input; empty for a model without tensors.
std::string precision_of(std::span<const TensorSpec> inputs, std::span<const TensorSpec> outputs);

}  // namespace jetmeter
