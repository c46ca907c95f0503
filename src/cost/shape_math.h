// Arithmetic on extents that survives every number a file can hold.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <vector>

#include "cost/rule.h"
#include "jetmeter/tensor.h"

namespace jetmeter {

// Of extents; what is too large ends at this bound, which no tensor may reach.
inline constexpr std::int64_t kMostExtent = std::int64_t{1} << 62;
std::int64_t add_extents(std::int64_t, std::int64_t);
std::int64_t multiply_extents(std::int64_t, std::int64_t);

// The product; absent when it overflows.
std::optional<std::uint64_t> product_of(std::initializer_list<std::uint64_t>);
std::optional<std::uint64_t> sum_of(std::optional<std::uint64_t>, std::optional<std::uint64_t>);
// Elements of a shape that was checked, bytes of a type that has any.
std::uint64_t elements_of(const TensorFact&);
std::optional<std::uint64_t> bytes_of(const KnownTensor&);

// From the front: -1 is the last of `rank` axes.
Inferred<std::size_t> axis_of(std::int64_t axis, std::size_t rank);
// Ascending, each once.
Inferred<std::vector<std::size_t>> axes_of(std::span<const std::int64_t> axes, std::size_t rank);
// As NumPy has it.
Inferred<Shape> broadcast_shapes(const Shape&, const Shape&);

// ---- values of small tensors -------------------------------------------------------------------

// Row-major strides, in elements. REQUIRES: at most kMostValues elements.
std::vector<std::int64_t> strides_of(const Shape&);
// Where the elements of a tensor of `shape` lie in one with these strides, from `offset` on.
std::vector<std::size_t> places_of(const Shape& shape, std::span<const std::int64_t> strides,
                                   std::int64_t offset = 0);
bool is_small(const Shape&);
bool has_values(const TensorFact&);
// Gives `to` the values of `from` at these places.
void take_values(const TensorFact& from, std::span<const std::size_t> places, TensorFact& to);
// All of them, for what only renames.
void keep_values(const TensorFact& from, TensorFact& to);

}  // namespace jetmeter
