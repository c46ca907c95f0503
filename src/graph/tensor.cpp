#include <cassert>
#include <cstring>

#include "jetmeter/graph.h"

namespace jetmeter {
namespace {

template <typename From, typename To>
std::vector<To> converted(const Tensor& tensor) {
  std::vector<To> values(tensor.data.bytes.size() / sizeof(From));
  for (std::size_t i = 0; i < values.size(); ++i) {
    From value;  // the bytes of a file lie anywhere
    std::memcpy(&value, tensor.data.bytes.data() + i * sizeof(From), sizeof(From));
    values[i] = static_cast<To>(value);
  }
  return values;
}

std::vector<float> from_halves(const Tensor& tensor) {
  const auto halves = converted<std::uint16_t, std::uint16_t>(tensor);
  std::vector<float> values(halves.size());
  to_float(halves, values);
  return values;
}

std::vector<float> from_bfloats(const Tensor& tensor) {
  const auto halves = converted<std::uint16_t, std::uint16_t>(tensor);
  std::vector<float> values(halves.size());
  for (std::size_t i = 0; i < halves.size(); ++i) {
    const auto bits = static_cast<std::uint32_t>(halves[i]) << 16;
    std::memcpy(&values[i], &bits, sizeof bits);
  }
  return values;
}

template <typename To>
std::optional<std::vector<To>> from_integers(const Tensor& tensor) {
  switch (tensor.type) {
    case ElementType::int8: return converted<std::int8_t, To>(tensor);
    case ElementType::boolean:
    case ElementType::uint8: return converted<std::uint8_t, To>(tensor);
    case ElementType::int16: return converted<std::int16_t, To>(tensor);
    case ElementType::uint16: return converted<std::uint16_t, To>(tensor);
    case ElementType::int32: return converted<std::int32_t, To>(tensor);
    case ElementType::uint32: return converted<std::uint32_t, To>(tensor);
    case ElementType::int64: return converted<std::int64_t, To>(tensor);
    case ElementType::uint64: return converted<std::uint64_t, To>(tensor);
    default: return std::nullopt;
  }
}

// With its values at hand.
Tensor materialised(const Tensor& tensor) {
  Tensor whole = tensor;
  std::vector<std::byte> bytes(tensor.byte_size());
  tensor.generate(bytes);
  whole.data = make_blob(std::move(bytes));
  whole.generate = nullptr;
  return whole;
}

template <typename Value>
std::vector<std::byte> bytes_of(std::span<const Value> values) {
  const auto bytes = std::as_bytes(values);
  return {bytes.begin(), bytes.end()};
}

}  // namespace

Blob make_blob(std::vector<std::byte> bytes) {
  auto owner = std::make_shared<const std::vector<std::byte>>(std::move(bytes));
  const std::span<const std::byte> view(*owner);
  return {std::move(owner), view};
}

std::optional<std::uint64_t> count_of(std::span<const std::int64_t> shape) {
  std::uint64_t count = 1;
  bool overflows = false;
  for (const auto extent : shape) {
    if (extent < 0) return std::nullopt;
    // Nothing is too much where one extent is 0.
    if (extent == 0) return 0;
    overflows =
        __builtin_mul_overflow(count, static_cast<std::uint64_t>(extent), &count) || overflows;
  }
  if (overflows) return std::nullopt;
  return count;
}

std::uint64_t Tensor::elements() const {
  return count_of(shape).value_or(0);
}

std::uint64_t Tensor::byte_size() const {
  return generate ? elements() * element_bytes(type) : data.bytes.size();
}

Tensor raw_tensor(std::string name, ElementType type, Shape shape, std::vector<std::byte> bytes) {
  assert(count_of(shape).value_or(0) * element_bytes(type) == bytes.size());
  Tensor tensor;
  tensor.name = std::move(name);
  tensor.type = type;
  tensor.onnx_type = to_onnx(type);
  tensor.shape = std::move(shape);
  tensor.data = make_blob(std::move(bytes));
  return tensor;
}

Tensor float_tensor(std::string name, Shape shape, std::span<const float> values) {
  return raw_tensor(std::move(name), ElementType::float32, std::move(shape), bytes_of(values));
}

Tensor int64_tensor(std::string name, Shape shape, std::span<const std::int64_t> values) {
  return raw_tensor(std::move(name), ElementType::int64, std::move(shape), bytes_of(values));
}

std::optional<std::vector<float>> to_floats(const Tensor& tensor) {
  if (tensor.generate) return to_floats(materialised(tensor));
  switch (tensor.type) {
    case ElementType::float32: return converted<float, float>(tensor);
    case ElementType::float64: return converted<double, float>(tensor);
    case ElementType::float16: return from_halves(tensor);
    case ElementType::bfloat16: return from_bfloats(tensor);
    default: return from_integers<float>(tensor);
  }
}

std::optional<std::vector<std::int64_t>> to_integers(const Tensor& tensor) {
  if (tensor.generate) return to_integers(materialised(tensor));
  return from_integers<std::int64_t>(tensor);
}

}  // namespace jetmeter
