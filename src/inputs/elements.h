// The types of elements as types of C++, and their numbers as numbers.
#pragma once

#include <bit>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <span>
#include <stdexcept>
#include <type_traits>
#include <vector>

#include "jetmeter/tensor.h"

namespace jetmeter {

struct HalfBits {
  std::uint16_t bits = 0;
};
struct BrainBits {  // bfloat16: the upper half of a float32
  std::uint16_t bits = 0;
};

template <typename T>
inline constexpr bool is_float_element =
    std::floating_point<T> || std::same_as<T, HalfBits> || std::same_as<T, BrainBits>;

// Calls f(std::type_identity<T>) with the type of the elements. REQUIRES: not `other`.
template <typename F>
auto with_element(ElementType type, F&& f) {
  switch (type) {
    case ElementType::float32: return f(std::type_identity<float>());
    case ElementType::float16: return f(std::type_identity<HalfBits>());
    case ElementType::bfloat16: return f(std::type_identity<BrainBits>());
    case ElementType::float64: return f(std::type_identity<double>());
    case ElementType::int8: return f(std::type_identity<std::int8_t>());
    case ElementType::uint8: return f(std::type_identity<std::uint8_t>());
    case ElementType::int16: return f(std::type_identity<std::int16_t>());
    case ElementType::uint16: return f(std::type_identity<std::uint16_t>());
    case ElementType::int32: return f(std::type_identity<std::int32_t>());
    case ElementType::uint32: return f(std::type_identity<std::uint32_t>());
    case ElementType::int64: return f(std::type_identity<std::int64_t>());
    case ElementType::uint64: return f(std::type_identity<std::uint64_t>());
    case ElementType::boolean: return f(std::type_identity<bool>());
    case ElementType::other: break;
  }
  throw std::logic_error("an element type that jetmeter cannot hold");
}

template <typename T>
T load_element(std::span<const std::byte> bytes, std::size_t index) {
  T value;
  std::memcpy(&value, bytes.data() + index * sizeof(T), sizeof(T));
  return value;
}
template <typename T>
void store_element(std::span<std::byte> bytes, std::size_t index, T value) {
  std::memcpy(bytes.data() + index * sizeof(T), &value, sizeof(T));
}

// Exact.
template <typename T>
double to_number(T value) {
  if constexpr (std::same_as<T, HalfBits>) {
    float wide = 0;
    to_float({&value.bits, 1}, {&wide, 1});
    return wide;
  } else if constexpr (std::same_as<T, BrainBits>) {
    return std::bit_cast<float>(static_cast<std::uint32_t>(value.bits) << 16U);
  } else {
    return static_cast<double>(value);
  }
}

// Round to nearest even; NaN stays NaN.
BrainBits to_brain(float);

// The nearest one, by way of float32 for the narrow types; beyond the largest it is infinite.
template <typename T>
T nearest_element(double number) {
  static_assert(is_float_element<T>);
  if constexpr (std::same_as<T, HalfBits>) {
    const auto wide = static_cast<float>(number);
    HalfBits half;
    to_half({&wide, 1}, {&half.bits, 1});
    return half;
  } else if constexpr (std::same_as<T, BrainBits>) {
    return to_brain(static_cast<float>(number));
  } else {
    return static_cast<T>(number);
  }
}

// This very number as an element; floats are rounded. Absent where the type has none near it:
// fractions and what lies beyond the ends of integers, finite numbers beyond the largest float.
template <typename T>
std::optional<T> as_element(double number) {
  if constexpr (is_float_element<T>) {
    const T value = nearest_element<T>(number);
    if (std::isfinite(number) && !std::isfinite(to_number(value))) return std::nullopt;
    return value;
  } else if constexpr (std::same_as<T, bool>) {
    if (number != 0 && number != 1) return std::nullopt;
    return number == 1;
  } else {
    // 2^digits, which double holds exactly; the type's largest value it may not.
    const double end = std::ldexp(1.0, std::numeric_limits<T>::digits);
    const double begin = std::is_signed_v<T> ? -end : 0;
    if (!(number >= begin && number < end) || number != std::trunc(number)) return std::nullopt;
    return static_cast<T>(number);
  }
}

// bfloat16 as float32: NumPy has no name for it.
std::vector<std::byte> widened(std::span<const std::byte> brain);

}  // namespace jetmeter
