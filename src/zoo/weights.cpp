#include "zoo/weights.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstring>
#include <utility>

namespace jetmeter {
namespace {

// SplitMix64's step and output function (Steele, Lea, Flood 2014): a counter makes a stream.
constexpr std::uint64_t kStep = 0x9e3779b97f4a7c15;

constexpr std::uint64_t mixed(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

std::uint64_t stream_of(std::string_view name, std::uint64_t seed) {
  std::uint64_t hash = mixed(seed + kStep);
  for (const char c : name) hash = mixed(hash ^ static_cast<unsigned char>(c)) + kStep;
  return hash;
}

// Four uniforms of 16 bits, their sum less its mean: variance 4 * 2^32 / 12.
std::int32_t four_uniforms(std::uint64_t bits) {
  return static_cast<std::int32_t>((bits & 0xffff) + (bits >> 16 & 0xffff) + (bits >> 32 & 0xffff) +
                                   (bits >> 48)) -
         2 * 0xffff;
}
constexpr double kDeviationOfFour = 37837.22;  // 2^16 / sqrt(3)

// Doubles hold the product exactly while the factor is a float: whether a compiler fuses it with
// the sum makes no difference.
struct Draw {
  std::uint64_t stream;
  double factor, mean;
  std::uint32_t balanced;

  std::int32_t raw(std::uint64_t i) const { return four_uniforms(mixed(stream + kStep * i)); }
  float operator()(std::uint64_t i) const {
    std::int32_t value = raw(i);
    if (balanced > 1) {
      const auto first = i / balanced * balanced;
      std::int32_t sum = 0;
      for (std::uint32_t k = 0; k < balanced; ++k) sum += raw(first + k);
      value -= sum / static_cast<std::int32_t>(balanced);
    }
    return static_cast<float>(value * factor + mean);
  }
};

std::uint16_t to_bfloat(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  return static_cast<std::uint16_t>((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

template <typename Element>
void copy_out(std::span<const Element> elements, std::span<std::byte> out) {
  std::memcpy(out.data(), elements.data(), elements.size_bytes());
}

// What is encoded at a time.
constexpr std::size_t kBlock = 4096;

void encode_block(ElementType type, std::span<const float> values, std::span<std::byte> out) {
  if (type == ElementType::float32) return copy_out(values, out);
  std::array<std::uint16_t, kBlock> narrow;
  const std::span<std::uint16_t> halves(narrow.data(), values.size());
  if (type == ElementType::float16)
    to_half(values, halves);
  else
    std::transform(values.begin(), values.end(), halves.begin(), to_bfloat);
  copy_out(std::span<const std::uint16_t>(halves), out);
}

void fill(const Draw& draw, ElementType type, std::span<std::byte> out) {
  std::array<float, kBlock> values;
  const auto width = element_bytes(type), count = out.size() / width;
  for (std::size_t done = 0; done < count; done += kBlock) {
    const auto now = std::min(kBlock, count - done);
    for (std::size_t i = 0; i < now; ++i) values[i] = draw(done + i);
    encode_block(type, std::span(values).first(now), out.subspan(done * width, now * width));
  }
}

}  // namespace

Tensor seeded_tensor(std::string name, ElementType type, Shape shape, Spread spread,
                     std::uint64_t seed) {
  assert(element_count(shape) > 0);
  const Draw draw{stream_of(name, seed), static_cast<float>(spread.deviation / kDeviationOfFour),
                  static_cast<float>(spread.mean), spread.balanced};
  Tensor tensor;
  tensor.name = std::move(name);
  tensor.type = type;
  tensor.onnx_type = to_onnx(type);
  tensor.shape = std::move(shape);
  tensor.generate = [draw, type](std::span<std::byte> out) { fill(draw, type, out); };
  return tensor;
}

void encode_floats(ElementType type, std::span<const float> values, std::span<std::byte> out) {
  const auto width = element_bytes(type);
  for (std::size_t done = 0; done < values.size(); done += kBlock) {
    const auto now = std::min(kBlock, values.size() - done);
    encode_block(type, values.subspan(done, now), out.subspan(done * width, now * width));
  }
}

std::vector<std::byte> encode_floats(ElementType type, std::span<const float> values) {
  std::vector<std::byte> bytes(values.size() * element_bytes(type));
  encode_floats(type, values, bytes);
  return bytes;
}

}  // namespace jetmeter
