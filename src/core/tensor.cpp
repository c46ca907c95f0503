#include "jetmeter/tensor.h"

#include <bit>
#include <cassert>

namespace jetmeter {
namespace {

struct ElementFacts {
  std::string_view name;
  std::size_t bytes;
  int onnx;
};

ElementFacts facts(ElementType type) {
  switch (type) {
    case ElementType::float32: return {"float32", 4, 1};
    case ElementType::float16: return {"float16", 2, 10};
    case ElementType::bfloat16: return {"bfloat16", 2, 16};
    case ElementType::float64: return {"float64", 8, 11};
    case ElementType::int8: return {"int8", 1, 3};
    case ElementType::uint8: return {"uint8", 1, 2};
    case ElementType::int16: return {"int16", 2, 5};
    case ElementType::uint16: return {"uint16", 2, 4};
    case ElementType::int32: return {"int32", 4, 6};
    case ElementType::uint32: return {"uint32", 4, 12};
    case ElementType::int64: return {"int64", 8, 7};
    case ElementType::uint64: return {"uint64", 8, 13};
    case ElementType::boolean: return {"boolean", 1, 9};
    case ElementType::other: break;
  }
  return {"other", 0, 0};
}

// A half subnormal is mantissa * 2^-24, which binary32 holds exactly.
float from_half(std::uint16_t half) {
  const std::uint32_t sign = (half & 0x8000U) << 16;
  const std::uint32_t exponent = (half >> 10) & 0x1FU;
  const std::uint32_t mantissa = half & 0x3FFU;
  if (exponent == 0) {
    const float value = static_cast<float>(mantissa) * 0x1p-24F;
    return std::bit_cast<float>(std::bit_cast<std::uint32_t>(value) | sign);
  }
  const std::uint32_t wide = exponent == 31 ? 0xFFU : exponent + (127 - 15);
  return std::bit_cast<float>(sign | (wide << 23) | (mantissa << 13));
}

std::uint16_t from_float(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const auto sign = static_cast<std::uint16_t>((bits >> 16) & 0x8000U);
  const std::uint32_t magnitude = bits & 0x7FFFFFFFU;
  if (magnitude >= 0x7F800000U) {  // infinity, or NaN with its quiet bit kept set
    const std::uint32_t payload = magnitude > 0x7F800000U ? 0x200U : 0U;
    return static_cast<std::uint16_t>(sign | 0x7C00U | payload);
  }
  if (magnitude >= 0x477FF000U) return static_cast<std::uint16_t>(sign | 0x7C00U);
  if (magnitude < 0x38800000U) {  // below 2^-14: the sum's own rounding drops the lost bits
    const float sum = std::bit_cast<float>(magnitude) + 0.5F;
    return static_cast<std::uint16_t>(sign | (std::bit_cast<std::uint32_t>(sum) - 0x3F000000U));
  }
  const std::uint32_t odd = (magnitude >> 13) & 1U;
  return static_cast<std::uint16_t>(sign | ((magnitude - 0x38000000U + 0xFFFU + odd) >> 13));
}

}  // namespace

std::string_view name(ElementType type) {
  return facts(type).name;
}
std::size_t element_bytes(ElementType type) {
  return facts(type).bytes;
}

ElementType from_onnx(int number) {
  for (int i = 0; i < static_cast<int>(ElementType::other); ++i)
    if (const auto type = static_cast<ElementType>(i); facts(type).onnx == number) return type;
  return ElementType::other;
}
int to_onnx(ElementType type) {
  return facts(type).onnx;
}

std::string format_shape(std::span<const std::int64_t> shape) {
  if (shape.empty()) return "scalar";
  std::string text;
  for (const auto extent : shape) {
    if (!text.empty()) text += 'x';
    text += extent < 0 ? "?" : std::to_string(extent);
  }
  return text;
}

std::int64_t element_count(std::span<const std::int64_t> shape) {
  std::int64_t count = 1;
  for (const auto extent : shape) {
    if (extent < 0) return 0;
    count *= extent;
  }
  return count;
}

void to_float(std::span<const std::uint16_t> half, std::span<float> out) {
  assert(out.size() >= half.size());
  for (std::size_t i = 0; i < half.size(); ++i) out[i] = from_half(half[i]);
}

void to_half(std::span<const float> in, std::span<std::uint16_t> half) {
  assert(half.size() >= in.size());
  for (std::size_t i = 0; i < in.size(); ++i) half[i] = from_float(in[i]);
}

}  // namespace jetmeter
