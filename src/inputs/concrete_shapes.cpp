#include <fmt/format.h>

#include <algorithm>
#include <ranges>

#include "inputs/extents.h"
#include "inputs/input_names.h"
#include "jetmeter/inputs.h"

namespace jetmeter {
namespace {

bool is_channels(std::int64_t extent) {
  return extent == 1 || extent == 3;
}

// An option that would do: pictures of 640 x 640, 128 of everything else.
std::string example_option(const TensorSpec& input, std::int64_t batch) {
  const Shape& axes = input.shape;
  const bool picture = axes.size() == 4 && (is_channels(axes[1]) || is_channels(axes[3]));
  Shape example = axes;
  for (std::size_t i = 0; i < example.size(); ++i) {
    if (example[i] >= 0) continue;
    const std::int64_t guess = picture ? 640 : 128;
    example[i] = i == 0 ? batch : guess;
  }
  return fmt::format("--shape {}={}", input.name, format_shape(example));
}

std::string described(const TensorSpec& input) {
  return fmt::format("input {} is {}", in_quotes(input.name), format_shape(input.shape));
}

Result<Shape> fit_wish(const TensorSpec& input, const Shape& wish) {
  if (wish.size() != input.shape.size()) {
    return fail(fmt::format("{}, which is {} axes; the shape {} has {}", described(input),
                            input.shape.size(), format_shape(wish), wish.size()));
  }
  for (std::size_t i = 0; i < wish.size(); ++i) {
    if (input.shape[i] < 0 || input.shape[i] == wish[i]) continue;
    return fail(fmt::format("{}: the model fixes axis {} at {}, and the shape {} has {} there",
                            described(input), i, input.shape[i], format_shape(wish), wish[i]));
  }
  return wish;
}

Result<Shape> without_wish(const TensorSpec& input, std::int64_t batch) {
  Shape shape = input.shape;
  if (!shape.empty() && shape.front() < 0) shape.front() = batch;
  const auto open = std::ranges::count_if(shape, [](std::int64_t extent) { return extent < 0; });
  if (open == 0) return shape;
  return fail(fmt::format("{}: the model leaves {} open; say what to measure, for example {}",
                          described(input), open == 1 ? "an axis" : "axes",
                          example_option(input, batch)));
}

Result<void> check_size(const TensorSpec& input, const Shape& shape, std::uint64_t max_bytes) {
  const auto bytes = tensor_bytes(input.type, shape);
  if (bytes && *bytes <= max_bytes) return {};
  const std::string size = bytes ? format_bytes(*bytes) : "more than any memory";
  return fail(fmt::format(
      "input {} as {} {} is {}, over the {} that one input may have; choose a smaller shape or "
      "batch",
      in_quotes(input.name), format_shape(shape), name(input.type), size, format_bytes(max_bytes)));
}

Result<void> check_wishes(std::span<const TensorSpec> inputs, const ShapeWishes& wishes) {
  for (const auto& [name, wish] : wishes) {
    if (!name.empty()) {
      if (auto known = check_input_name(name, inputs); !known) return known;
    } else if (inputs.size() != 1) {
      return fail(
          fmt::format("the shape {} needs an input's name before it, as in --shape {}={}; {}",
                      format_shape(wish), inputs.empty() ? "NAME" : inputs.front().name,
                      format_shape(wish), list_inputs(inputs)));
    }
  }
  return {};
}

// A batch that nothing takes would be measured as if it had been taken.
Result<void> check_batch(std::span<const TensorSpec> inputs, std::span<const Shape> shapes,
                         std::int64_t batch) {
  const auto takes = [batch](const Shape& s) { return !s.empty() && s.front() == batch; };
  if (batch == 1 || inputs.empty() || std::ranges::any_of(shapes, takes)) return {};
  return fail(fmt::format("no input takes a batch of {}: {} as {}", batch,
                          in_quotes(inputs.front().name), format_shape(shapes.front())));
}

}  // namespace

Result<std::vector<Shape>> concrete_shapes(std::span<const TensorSpec> inputs,
                                           const ShapeOptions& options) {
  if (options.batch < 1) {
    return fail(fmt::format("a batch of {} cannot be measured; it is 1 or more", options.batch));
  }
  if (auto known = check_wishes(inputs, options.wishes); !known) {
    return tl::make_unexpected(known.error());
  }
  std::vector<Shape> shapes;
  for (const TensorSpec& input : inputs) {
    const Shape* wish = of_input(options.wishes, input.name);
    auto shape = wish ? fit_wish(input, *wish) : without_wish(input, options.batch);
    if (!shape) return tl::make_unexpected(shape.error());
    if (auto fits = check_size(input, *shape, options.max_bytes); !fits) {
      return tl::make_unexpected(fits.error());
    }
    shapes.push_back(std::move(*shape));
  }
  if (auto taken = check_batch(inputs, shapes, options.batch); !taken) {
    return tl::make_unexpected(taken.error());
  }
  return shapes;
}

}  // namespace jetmeter
