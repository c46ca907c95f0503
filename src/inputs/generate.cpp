#include "inputs/generate.h"

#include <fmt/format.h>

#include <cassert>
#include <random>

#include "inputs/elements.h"
#include "inputs/extents.h"

namespace jetmeter {
namespace {

using Engine = std::mt19937_64;

TensorData empty_tensor(const TensorSpec& spec) {
  const auto bytes = tensor_bytes(spec.type, spec.shape);
  assert(bytes);
  return {spec, std::vector<std::byte>(*bytes)};
}

// [0, 1) in steps of 2^-53.
double unit_number(Engine& engine) {
  return static_cast<double>(engine() >> 11U) * 0x1p-53;
}

// The next smaller value: as bit patterns, positive floats count upwards and negative ones
// downwards.
template <typename T>
T next_below(T value) {
  if constexpr (std::floating_point<T>) {
    return std::nextafter(value, -std::numeric_limits<T>::infinity());
  } else {
    constexpr std::uint16_t kSign = 0x8000U;
    if ((value.bits & 0x7FFFU) == 0) return {static_cast<std::uint16_t>(kSign | 1U)};
    const bool negative = (value.bits & kSign) != 0;
    return {static_cast<std::uint16_t>(value.bits + (negative ? 1 : -1))};
  }
}

// Rounding may reach `high`, which is not in the range.
template <typename T>
Result<void> fill_floats(TensorData& data, const Fill& fill, Engine& engine) {
  const auto low = as_element<T>(fill.low), end = as_element<T>(fill.high);
  if (!low || !end)
    return fail(fmt::format("is {}, which does not reach over", name(data.spec.type)));
  const T top = to_number(*end) < fill.high ? *end : next_below(*end);
  const double most = to_number(top);
  const double width = fill.high - fill.low;
  const std::size_t count = data.bytes.size() / sizeof(T);
  for (std::size_t i = 0; i < count; ++i) {
    // fma by name: a compiler may make one of a product and a sum, or not, and the bits differ.
    const T value = nearest_element<T>(std::fma(width, unit_number(engine), fill.low));
    store_element(data.bytes, i, to_number(value) > most ? top : value);
  }
  return {};
}

template <typename T>
Result<void> fill_integers(TensorData& data, const Fill& fill, Engine& engine) {
  const double low = fill.range_given ? std::ceil(fill.low) : 0;
  const double last = fill.range_given ? std::ceil(fill.high) - 1 : 1;
  if (last < low) return fail(fmt::format("is {}, of which none lies in", name(data.spec.type)));
  const auto first = as_element<T>(low), final = as_element<T>(last);
  if (!first || !final)
    return fail(fmt::format("is {}, which does not reach over", name(data.spec.type)));
  const auto wide = [](T value) {  // modulo 2^64
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
  };
  const std::uint64_t begin = wide(*first);
  const std::uint64_t values = wide(*final) - begin + 1;
  const std::size_t count = data.bytes.size() / sizeof(T);
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t bits = engine();
    // 0 values: all that 64 bits can say.
    store_element(data.bytes, i, static_cast<T>(begin + (values == 0 ? bits : bits % values)));
  }
  return {};
}

void fill_booleans(TensorData& data, Engine& engine) {
  for (auto& value : data.bytes) value = std::byte{static_cast<unsigned char>(engine() >> 63U)};
}

}  // namespace

std::uint64_t stream_seed(std::uint64_t seed, std::uint64_t input_index) {
  // The finaliser of SplitMix64 (Steele, Lea, Flood 2014): neighbouring seeds share nothing.
  std::uint64_t z = seed + (input_index + 1) * 0x9E3779B97F4A7C15U;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31U);
}

Result<TensorData> random_tensor(const TensorSpec& spec, const Fill& fill, std::uint64_t seed) {
  TensorData data = empty_tensor(spec);
  Engine engine(seed);
  auto filled = with_element(spec.type, [&]<typename T>(std::type_identity<T>) -> Result<void> {
    if constexpr (is_float_element<T>) {
      return fill_floats<T>(data, fill, engine);
    } else if constexpr (std::same_as<T, bool>) {
      fill_booleans(data, engine);
      return {};
    } else {
      return fill_integers<T>(data, fill, engine);
    }
  });
  if (!filled) {
    return fail(fmt::format("{} the range from {} to {}; give another range", filled.error().what,
                            fill.low, fill.high));
  }
  return data;
}

Result<TensorData> constant_tensor(const TensorSpec& spec, const Fill& fill) {
  TensorData data = empty_tensor(spec);
  const bool filled = with_element(spec.type, [&]<typename T>(std::type_identity<T>) {
    const auto value = as_element<T>(fill.value);
    const std::size_t count = value ? data.bytes.size() / sizeof(T) : 0;
    for (std::size_t i = 0; i < count; ++i) store_element(data.bytes, i, *value);
    return value.has_value();
  });
  if (!filled) return fail(fmt::format("is {}, which cannot be {}", name(spec.type), fill.value));
  return data;
}

}  // namespace jetmeter
