#include "cost/shape_math.h"

#include <fmt/format.h>

#include <algorithm>

namespace jetmeter {

std::int64_t add_extents(std::int64_t a, std::int64_t b) {
  std::int64_t sum = 0;
  if (__builtin_add_overflow(a, b, &sum)) return a < 0 ? -kMostExtent : kMostExtent;
  return std::clamp(sum, -kMostExtent, kMostExtent);
}

std::int64_t multiply_extents(std::int64_t a, std::int64_t b) {
  std::int64_t product = 0;
  if (__builtin_mul_overflow(a, b, &product))
    return (a < 0) == (b < 0) ? kMostExtent : -kMostExtent;
  return std::clamp(product, -kMostExtent, kMostExtent);
}

std::optional<std::uint64_t> product_of(std::initializer_list<std::uint64_t> factors) {
  std::uint64_t product = 1;
  for (const auto factor : factors)
    if (__builtin_mul_overflow(product, factor, &product)) return std::nullopt;
  return product;
}

std::optional<std::uint64_t> sum_of(std::optional<std::uint64_t> a,
                                    std::optional<std::uint64_t> b) {
  std::uint64_t sum = 0;
  if (!a || !b || __builtin_add_overflow(*a, *b, &sum)) return std::nullopt;
  return sum;
}

std::uint64_t elements_of(const TensorFact& fact) {
  return fact.shape ? count_of(*fact.shape).value_or(0) : 0;
}

std::optional<std::uint64_t> bytes_of(const KnownTensor& tensor) {
  const auto width = element_bytes(tensor.type);
  if (!tensor.shape || width == 0) return std::nullopt;
  const auto count = count_of(*tensor.shape);
  return count ? product_of({*count, width}) : std::nullopt;
}

Inferred<std::size_t> axis_of(std::int64_t axis, std::size_t rank) {
  const auto axes = static_cast<std::int64_t>(rank);
  if (axis < -axes || axis >= axes)
    return contradiction(fmt::format("has no axis {}: its input has {}", axis, rank));
  return static_cast<std::size_t>(axis < 0 ? axis + axes : axis);
}

Inferred<std::vector<std::size_t>> axes_of(std::span<const std::int64_t> axes, std::size_t rank) {
  std::vector<std::size_t> found;
  if (axes.size() > rank)
    return contradiction(fmt::format("names {} axes of {}", axes.size(), rank));
  for (const auto axis : axes) {
    const auto each = axis_of(axis, rank);
    if (!each) return tl::make_unexpected(each.error());
    found.push_back(*each);
  }
  std::ranges::sort(found);
  if (std::ranges::adjacent_find(found) != found.end()) return contradiction("names an axis twice");
  return found;
}

Inferred<Shape> broadcast_shapes(const Shape& a, const Shape& b) {
  const auto& longer = a.size() < b.size() ? b : a;
  const auto& shorter = a.size() < b.size() ? a : b;
  Shape shape = longer;
  const auto shift = longer.size() - shorter.size();
  for (std::size_t i = 0; i < shorter.size(); ++i) {
    auto& extent = shape[shift + i];
    if (extent == 1)
      extent = shorter[i];
    else if (shorter[i] != 1 && shorter[i] != extent)
      return contradiction(
          fmt::format("cannot bring {} and {} to one shape", format_shape(a), format_shape(b)));
  }
  return shape;
}

std::vector<std::int64_t> strides_of(const Shape& shape) {
  std::vector<std::int64_t> strides(shape.size(), 1);
  for (std::size_t i = shape.size(); i-- > 1;)
    strides[i - 1] = multiply_extents(strides[i], shape[i]);
  return strides;
}

std::vector<std::size_t> places_of(const Shape& shape, std::span<const std::int64_t> strides,
                                   std::int64_t offset) {
  std::vector<std::size_t> places;
  const auto count = count_of(shape).value_or(0);
  Shape index(shape.size(), 0);
  auto place = offset;
  for (std::uint64_t n = 0; n < count; ++n) {
    places.push_back(static_cast<std::size_t>(place));
    for (std::size_t axis = shape.size(); axis-- > 0;) {
      place += strides[axis];
      if (++index[axis] < shape[axis]) break;
      place -= strides[axis] * shape[axis];
      index[axis] = 0;
    }
  }
  return places;
}

bool is_small(const Shape& shape) {
  const auto count = count_of(shape);
  return count && *count <= kMostValues;
}

bool has_values(const TensorFact& fact) {
  return fact.integers || fact.floats;
}

void take_values(const TensorFact& from, std::span<const std::size_t> places, TensorFact& to) {
  const auto pick = [&](const auto& values, auto& taken) {
    if (!values) return;
    taken.emplace();
    taken->reserve(places.size());
    for (const auto place : places) taken->push_back(values->at(place));
  };
  pick(from.integers, to.integers);
  pick(from.floats, to.floats);
}

void keep_values(const TensorFact& from, TensorFact& to) {
  to.integers = from.integers;
  to.floats = from.floats;
}

}  // namespace jetmeter
