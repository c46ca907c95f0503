#include "inputs/convert.h"

#include <fmt/format.h>

#include <cassert>
#include <utility>

#include "inputs/elements.h"

namespace jetmeter {
namespace {

enum class Family { floats, integers, none };

Family family(ElementType type) {
  if (type == ElementType::boolean || type == ElementType::other) return Family::none;
  return with_element(type, []<typename T>(std::type_identity<T>) {
    return is_float_element<T> ? Family::floats : Family::integers;
  });
}

template <typename From, typename To>
std::optional<To> convert_element(From value) {
  if constexpr (is_float_element<From> && is_float_element<To>) {
    return as_element<To>(to_number(value));
  } else if constexpr (std::integral<From> && std::integral<To> && !std::same_as<From, bool> &&
                       !std::same_as<To, bool>) {
    if (!std::in_range<To>(value)) return std::nullopt;
    return static_cast<To>(value);
  } else {
    return std::nullopt;
  }
}

template <typename From, typename To>
Result<TensorData> convert_all(const TensorData& data, ElementType to) {
  const std::size_t count = data.bytes.size() / sizeof(From);
  TensorData out{{data.spec.name, to, data.spec.shape}, std::vector<std::byte>(count * sizeof(To))};
  for (std::size_t i = 0; i < count; ++i) {
    const auto value = load_element<From>(data.bytes, i);
    const auto converted = convert_element<From, To>(value);
    if (!converted) {
      std::string number;
      if constexpr (is_float_element<From>) number = fmt::to_string(to_number(value));
      if constexpr (std::integral<From>) number = fmt::to_string(value);
      return fail(fmt::format("{} as its element {}, which {} cannot hold", number, i, name(to)));
    }
    store_element(out.bytes, i, *converted);
  }
  return out;
}

}  // namespace

bool convertible(ElementType from, ElementType to) {
  return from == to || (family(from) == family(to) && family(from) != Family::none);
}

Result<TensorData> convert(TensorData data, ElementType to) {
  assert(convertible(data.spec.type, to));
  if (data.spec.type == to) return data;
  return with_element(data.spec.type, [&]<typename From>(std::type_identity<From>) {
    return with_element(
        to, [&]<typename To>(std::type_identity<To>) { return convert_all<From, To>(data, to); });
  });
}

}  // namespace jetmeter
