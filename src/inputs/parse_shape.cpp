#include <fmt/format.h>

#include <charconv>

#include "inputs/extents.h"
#include "jetmeter/inputs.h"

namespace jetmeter {
namespace {

constexpr std::string_view kForms =
    "a shape is whole numbers with 'x' or ',' between them, such as 1x3x640x640";

Result<std::int64_t> parse_extent(std::string_view text) {
  if (text == "?" || text == "-1") {
    return fail("an axis may not be left open here; give its number");
  }
  std::int64_t extent = 0;
  const auto* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, extent);
  if (error == std::errc::result_out_of_range) return fail("no memory holds as many elements");
  if (text.empty() || error != std::errc() || stop != end) return fail(std::string(kForms));
  if (extent < 0) return fail("an axis cannot be negative");
  return extent;
}

}  // namespace

Result<Shape> parse_shape(std::string_view text) {
  if (text == "scalar") return Shape();
  const auto refuse = [text](std::string_view why) {
    return fail(fmt::format("{} is not a shape: {}", in_quotes(text.substr(0, 100)), why));
  };
  const char separator = text.find(',') != std::string_view::npos ? ',' : 'x';
  Shape shape;
  for (std::string_view rest = text;;) {
    const auto length = rest.find(separator);
    const auto extent = parse_extent(rest.substr(0, length));
    if (!extent) return refuse(extent.error().what);
    if (shape.size() == kMostAxes) return refuse(fmt::format("it has over {} axes", kMostAxes));
    shape.push_back(*extent);
    if (length == std::string_view::npos) break;
    rest.remove_prefix(length + 1);
  }
  if (!tensor_bytes(ElementType::other, shape)) return refuse("no memory holds as many elements");
  return shape;
}

Result<ShapeWishes> parse_shape_wishes(std::span<const std::string> texts) {
  ShapeWishes wishes;
  for (const std::string& text : texts) {
    const auto equals = text.rfind('=');  // names may hold one, shapes not
    const bool named = equals != std::string::npos;
    const std::string name = named ? text.substr(0, equals) : "";
    auto shape = parse_shape(named ? std::string_view(text).substr(equals + 1) : text);
    if (!shape) return tl::make_unexpected(shape.error());
    if (!wishes.emplace(name, std::move(*shape)).second) {
      const std::string whom = name.empty() ? "the model's one input" : "input " + in_quotes(name);
      return fail(fmt::format("there are two shapes for {}; give one", whom));
    }
  }
  return wishes;
}

}  // namespace jetmeter
