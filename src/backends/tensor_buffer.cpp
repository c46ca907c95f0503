#include "backends/tensor_buffer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cstring>
#include <new>
#include <utility>

namespace jetmeter {
namespace {

constexpr std::align_val_t kAlignment{64};  // a cache line; the widest vector register
constexpr std::int64_t kMostElements = std::int64_t{1} << 40;

bool is_floating(const TensorSpec& spec) {
  return spec.type == ElementType::float32 || spec.type == ElementType::float16 ||
         spec.type == ElementType::bfloat16 || spec.type == ElementType::float64;
}

Result<void> check_shape(const TensorSpec& declared, const Shape& shape) {
  const auto input =
      fmt::format("input {} is {}", in_quotes(declared.name), format_shape(declared.shape));
  if (shape.size() != declared.shape.size())
    return fail(fmt::format("{}, so it cannot be opened as {}: {} axes against {}", input,
                            format_shape(shape), declared.shape.size(), shape.size()));
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    if (shape[axis] < 0)
      return fail(fmt::format("{}: axis {} is open and needs an extent", input, axis));
    if (declared.shape[axis] >= 0 && shape[axis] != declared.shape[axis])
      return fail(fmt::format("{}, so it cannot be opened as {}: axis {} is fixed", input,
                              format_shape(shape), axis));
  }
  if (!fits_in_memory(shape))
    return fail(fmt::format("{} and is larger than any memory as {}", input, format_shape(shape)));
  return {};
}

}  // namespace

void TensorBuffer::Free::operator()(std::byte* data) const {
  ::operator delete(data, kAlignment);
}

TensorBuffer::TensorBuffer(ElementType type, Shape shape) : type_(type), shape_(std::move(shape)) {
  assert(is_concrete(shape_) && element_bytes(type_) > 0);
  bytes_ = static_cast<std::size_t>(element_count(shape_)) * element_bytes(type_);
  // At least one byte: a tensor with an extent of 0 must still have an address.
  const auto allocated = std::max<std::size_t>(bytes_, 1);
  data_.reset(static_cast<std::byte*>(::operator new(allocated, kAlignment)));
  std::memset(data_.get(), 0, allocated);
}

bool is_concrete(std::span<const std::int64_t> shape) {
  return std::all_of(shape.begin(), shape.end(), [](std::int64_t extent) { return extent >= 0; });
}

bool fits_in_memory(std::span<const std::int64_t> shape) {
  if (std::find(shape.begin(), shape.end(), 0) != shape.end()) return true;
  std::int64_t elements = 1;
  for (const auto extent : shape) {
    if (extent < 0) continue;
    if (extent > kMostElements / elements) return false;
    elements *= extent;
  }
  return true;
}

Result<std::vector<Shape>> input_shapes_to_open(std::span<const TensorSpec> declared,
                                                std::span<const Shape> requested) {
  if (!requested.empty() && requested.size() != declared.size())
    return fail(fmt::format("the model has {} inputs, but {} shapes were given", declared.size(),
                            requested.size()));
  std::vector<Shape> shapes;
  for (std::size_t i = 0; i < declared.size(); ++i) {
    shapes.push_back(requested.empty() ? declared[i].shape : requested[i]);
    if (auto checked = check_shape(declared[i], shapes.back()); !checked)
      return tl::make_unexpected(checked.error());
  }
  return shapes;
}

std::string precision_of(std::span<const TensorSpec> inputs, std::span<const TensorSpec> outputs) {
  for (const auto specs : {inputs, outputs}) {
    const auto found = std::find_if(specs.begin(), specs.end(), is_floating);
    if (found != specs.end()) return std::string(name(found->type));
  }
  return inputs.empty() ? "" : std::string(name(inputs.front().type));
}

}  // namespace jetmeter
