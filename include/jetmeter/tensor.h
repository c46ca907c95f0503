// The shape of the data that enters and leaves a model: element type, name, extents, and a view on
// memory that somebody else owns. There is no arithmetic here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace jetmeter {

enum class ElementType {
  float32,
  float16,
  bfloat16,
  float64,
  int8,
  uint8,
  int16,
  uint16,
  int32,
  uint32,
  int64,
  uint64,
  boolean,
  other
};
std::string_view name(ElementType);      // "float32"
std::size_t element_bytes(ElementType);  // 0 for `other`
// ONNX's numbers for element types (TensorProto.DataType), which ONNX Runtime's interface shares.
ElementType from_onnx(int);  // `other` for what has no name here: text, complex, below a byte
int to_onnx(ElementType);    // 0, ONNX's "undefined", for `other`

// One extent per axis; kDynamic where the model leaves it open.
using Shape = std::vector<std::int64_t>;
inline constexpr std::int64_t kDynamic = -1;

struct TensorSpec {
  std::string name;
  ElementType type = ElementType::float32;
  Shape shape;
};

// "1x3x640x640"; a dynamic axis is "?".
std::string format_shape(std::span<const std::int64_t>);
// Number of elements; 0 when an axis is dynamic.
std::int64_t element_count(std::span<const std::int64_t>);

// Dense row-major memory owned by someone else.
struct TensorView {
  ElementType type = ElementType::float32;
  std::span<const std::int64_t> shape;
  void* data = nullptr;
  std::size_t bytes = 0;

  template <typename T>
  std::span<T> as() const {
    return {static_cast<T*>(data), bytes / sizeof(T)};
  }
};

// IEEE 754 binary16 <-> binary32, round to nearest even. `out` has at least in.size() elements.
void to_float(std::span<const std::uint16_t> half, std::span<float> out);
void to_half(std::span<const float> in, std::span<std::uint16_t> half);

}  // namespace jetmeter
