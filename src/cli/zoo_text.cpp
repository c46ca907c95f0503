#include <fmt/format.h>

#include "cli/zoo_command.h"

namespace jetmeter {

std::string with_separators(std::uint64_t number) {
  auto text = std::to_string(number);
  for (auto at = std::ssize(text) - 3; at > 0; at -= 3)
    text.insert(static_cast<std::size_t>(at), 1, ',');
  return text;
}

std::string brief_values(const std::vector<Value>& values) {
  std::string text;
  for (const auto& value : values)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", value.name, format_shape(value.shape));
  return text;
}

std::uint64_t zoo_weight_bytes(const ModelGraph& model) {
  std::uint64_t bytes = 0;
  for (const auto& weight : model.graph.weights)
    if (weight.type != ElementType::int64) bytes += weight.byte_size();
  return bytes;
}

}  // namespace jetmeter
