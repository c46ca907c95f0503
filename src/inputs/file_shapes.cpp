#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "inputs/input_file.h"
#include "inputs/input_names.h"
#include "inputs/npz.h"
#include "inputs/npz_member.h"
#include "jetmeter/inputs.h"

namespace jetmeter {
namespace {

using OpenShape = Result<std::optional<Shape>>;

OpenShape npy_shape(const Fill& fill) {
  const auto stream = open_input_file(fill.file);
  if (!stream) return tl::make_unexpected(stream.error());
  const auto header = read_npy_header(*stream);
  if (!header) return fail_of(fill.file, header.error());
  return header->spec.shape;
}

OpenShape npz_shape(const TensorSpec& input, const Fill& fill, bool only_input) {
  const auto archive = NpzArchive::open(fill.file);
  if (!archive) return tl::make_unexpected(archive.error());
  const auto index = choose_member(archive->names(), input, fill, only_input);
  if (!index) return tl::make_unexpected(index.error());
  const auto stream = archive->member(*index);
  if (!stream) return tl::make_unexpected(stream.error());
  const auto header = read_npy_header(*stream);
  if (!header) return archive->fail_of_member(*index, header.error());
  return header->spec.shape;
}

// Of the array that fills the input; absent where it is filled by anything else.
OpenShape shape_of_file(const TensorSpec& input, const Fill& fill, bool only_input) {
  if (fill.kind == FillKind::npy) return npy_shape(fill);
  if (fill.kind == FillKind::npz) return npz_shape(input, fill, only_input);
  return std::optional<Shape>();
}

bool is_open(const TensorSpec& input) {
  return std::ranges::any_of(input.shape, [](std::int64_t extent) { return extent < 0; });
}

bool fits(const Shape& model, const Shape& file) {
  return std::ranges::equal(model, file,
                            [](std::int64_t m, std::int64_t f) { return m < 0 || m == f; });
}

Result<void> check_fit(const TensorSpec& input, const Shape& shape, const Fill& fill,
                       std::int64_t batch) {
  const auto holds =
      fmt::format("input {} is {}, and {} holds {}", in_quotes(input.name),
                  format_shape(input.shape), in_quotes(fill.file.string()), format_shape(shape));
  if (!fits(input.shape, shape)) return fail(holds);
  if (batch != 1 && input.shape.front() < 0 && shape.front() != batch)
    return fail(
        fmt::format("{}, which is no batch of {}; leave out the batch, or name another "
                    "file",
                    holds, batch));
  return {};
}

}  // namespace

Result<std::vector<Shape>> concrete_shapes(std::span<const TensorSpec> inputs,
                                           const ShapeOptions& options, const Fills& fills) {
  auto with_files = options;
  for (const auto& input : inputs) {
    const auto* fill = of_input(fills, input.name);
    if (!fill || !is_open(input) || of_input(options.wishes, input.name)) continue;
    const bool only = inputs.size() == 1 || fills.contains(input.name);
    const auto shape = shape_of_file(input, *fill, only);
    if (!shape) return fail(fmt::format("input {}: {}", in_quotes(input.name), shape.error().what));
    if (!*shape) continue;
    if (auto good = check_fit(input, **shape, *fill, options.batch); !good)
      return tl::make_unexpected(good.error());
    with_files.wishes[input.name] = **shape;
  }
  return concrete_shapes(inputs, with_files);
}

}  // namespace jetmeter
