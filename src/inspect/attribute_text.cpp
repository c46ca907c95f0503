#include "inspect/attribute_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "inspect/text_table.h"

namespace jetmeter {
namespace {

constexpr std::size_t kMostValues = 8, kMostText = 24;

template <typename Value>
std::string list_text(const std::vector<Value>& values, std::string_view between) {
  const std::span<const Value> shown(values.data(), std::min(values.size(), kMostValues));
  auto text = fmt::format("{}", fmt::join(shown, between));
  if (values.size() > kMostValues) text += fmt::format("{}… ({} in all)", between, values.size());
  return values.empty() ? "none" : text;
}

std::string short_text(const std::string& text) {
  if (characters(text) <= kMostText) return in_quotes(text);
  return in_quotes(std::string(first_characters(text, kMostText)) + "…");
}

struct ShortText {
  std::string operator()(std::int64_t value) const { return fmt::format("{}", value); }
  std::string operator()(float value) const { return fmt::format("{:g}", value); }
  std::string operator()(const std::string& value) const { return short_text(value); }
  std::string operator()(const std::vector<std::int64_t>& values) const {
    const bool extents = std::ranges::all_of(values, [](auto value) { return value >= 0; });
    return list_text(values, extents ? "x" : ",");
  }
  std::string operator()(const std::vector<float>& values) const { return list_text(values, ","); }
  std::string operator()(const std::vector<std::string>& values) const {
    return fmt::format("{} texts", values.size());
  }
  std::string operator()(const Tensor& tensor) const {
    return fmt::format("tensor {}", tensor.shape.empty() ? "scalar" : format_shape(tensor.shape));
  }
  std::string operator()(const std::shared_ptr<Graph>& body) const {
    return fmt::format("body of {} nodes", body->nodes.size());
  }
};

bool all_are(const Attribute& attribute, std::int64_t value) {
  if (const auto* one = std::get_if<std::int64_t>(&attribute.value)) return *one == value;
  const auto* values = std::get_if<std::vector<std::int64_t>>(&attribute.value);
  return values != nullptr && std::ranges::all_of(*values, [&](auto v) { return v == value; });
}

bool says_nothing(const Attribute& attribute) {
  const auto& name = attribute.name;
  if (name == "dilations" || name == "strides" || name == "group") return all_are(attribute, 1);
  if (name == "pads" || name == "ceil_mode") return all_are(attribute, 0);
  const auto* text = std::get_if<std::string>(&attribute.value);
  return name == "auto_pad" && text != nullptr && *text == "NOTSET";
}

}  // namespace

std::string attributes_in_short(const Node& node) {
  std::string text;
  for (const auto& attribute : node.attributes) {
    if (says_nothing(attribute)) continue;
    if (!text.empty()) text += ", ";
    text += attribute.name + ' ' + std::visit(ShortText(), attribute.value);
  }
  return text;
}

}  // namespace jetmeter
