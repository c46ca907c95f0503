#include "convert/half_weights.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstring>
#include <functional>
#include <vector>

namespace jetmeter {
namespace {

// Numbers that are in flight while a weight is converted.
constexpr std::size_t kChunk = 16384;
// Below this a weight is converted at once: passes look into small ones.
constexpr std::uint64_t kEagerBytes = 4096;

std::uint16_t to_bfloat(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if ((bits & 0x7FFFFFFFU) > 0x7F800000U) return static_cast<std::uint16_t>(bits >> 16 | 0x40U);
  return static_cast<std::uint16_t>((bits + 0x7FFFU + ((bits >> 16) & 1U)) >> 16);
}

void to_32_bits(std::span<const std::uint16_t> in, std::span<float> out, ElementType type) {
  if (type == ElementType::float16) return to_float(in, out);
  for (std::size_t i = 0; i < in.size(); ++i)
    out[i] = std::bit_cast<float>(static_cast<std::uint32_t>(in[i]) << 16);
}

// The smallest number with all bits.
float smallest_normal(ElementType type) {
  return type == ElementType::float16 ? 0x1p-14F : 0x1p-126F;
}

using UseChunk = std::function<void(std::size_t first, std::span<float>)>;

// The bytes of a file lie anywhere, and so they are copied, a chunk at a time.
void for_each_chunk(const Tensor& tensor, const UseChunk& use) {
  std::vector<std::byte> made;
  auto bytes = tensor.data.bytes;
  if (tensor.generate) {
    made.resize(tensor.byte_size());
    tensor.generate(made);
    bytes = made;
  }
  std::vector<float> chunk(std::min(kChunk, bytes.size() / sizeof(float)));
  for (std::size_t first = 0; first * sizeof(float) < bytes.size(); first += chunk.size()) {
    const auto count = std::min(chunk.size(), bytes.size() / sizeof(float) - first);
    std::memcpy(chunk.data(), bytes.data() + first * sizeof(float), count * sizeof(float));
    use(first, std::span(chunk).first(count));
  }
}

void convert(const Tensor& tensor, ElementType type, std::span<std::byte> out) {
  const float most = largest_of(type);
  std::vector<std::uint16_t> halves;
  for_each_chunk(tensor, [&](std::size_t first, std::span<float> values) {
    for (auto& value : values)
      if (std::isfinite(value)) value = std::clamp(value, -most, most);
    halves.resize(values.size());
    to_16_bits(values, halves, type);
    std::memcpy(out.data() + first * sizeof(std::uint16_t), halves.data(),
                halves.size() * sizeof(std::uint16_t));
  });
}

}  // namespace

float largest_of(ElementType type) {
  return type == ElementType::float16 ? 65504.0F : std::bit_cast<float>(0x7F7F0000U);
}

void to_16_bits(std::span<const float> in, std::span<std::uint16_t> out, ElementType type) {
  if (type == ElementType::float16) return to_half(in, out);
  std::ranges::transform(in, out.begin(), to_bfloat);
}

Tensor in_16_bits(const Tensor& tensor, std::string name, ElementType type) {
  assert(tensor.type == ElementType::float32);
  Tensor result;
  result.name = std::move(name);
  result.type = type;
  result.onnx_type = to_onnx(type);
  result.shape = tensor.shape;
  if (tensor.byte_size() > kEagerBytes) {
    result.generate = [tensor, type](std::span<std::byte> out) { convert(tensor, type, out); };
    return result;
  }
  std::vector<std::byte> bytes(tensor.byte_size() / 2);
  convert(tensor, type, bytes);
  result.data = make_blob(std::move(bytes));
  return result;
}

WeightLoss weight_loss(const Tensor& tensor, ElementType type) {
  WeightLoss loss;
  if (tensor.type != ElementType::float32) return loss;
  double square = 0, error = 0;
  std::vector<std::uint16_t> halves;
  std::vector<float> back;
  for_each_chunk(tensor, [&](std::size_t, std::span<float> values) {
    halves.resize(values.size());
    back.resize(values.size());
    to_16_bits(values, halves, type);
    to_32_bits(halves, back, type);
    loss.elements += values.size();
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto value = values[i];
      if (!std::isfinite(value) || value == 0) continue;
      if (!std::isfinite(back[i])) {
        ++loss.overflown;
        continue;
      }
      if (back[i] == 0)
        ++loss.lost;
      else if (std::abs(back[i]) < smallest_normal(type))
        ++loss.denormal;
      const double off = double{value} - back[i];
      square += double{value} * value;
      error += off * off;
    }
  });
  if (square > 0) loss.relative_error = std::sqrt(error / square);
  return loss;
}

}  // namespace jetmeter
