#include "inputs/input_names.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace jetmeter {

std::string list_inputs(std::span<const TensorSpec> inputs) {
  if (inputs.empty()) return "the model has no inputs";
  constexpr std::size_t kMost = 12;
  std::string list;
  for (const TensorSpec& input : inputs.first(std::min(kMost, inputs.size()))) {
    if (!list.empty()) list += ", ";
    list += in_quotes(input.name);
  }
  if (inputs.size() > kMost) list += ", …";
  return fmt::format("the model has {} input{}: {}", inputs.size(), inputs.size() == 1 ? "" : "s",
                     list);
}

Result<void> check_input_name(std::string_view name, std::span<const TensorSpec> inputs) {
  std::vector<std::string> names;
  for (const TensorSpec& input : inputs) names.push_back(input.name);
  if (std::ranges::find(names, name) != names.end()) return {};
  const auto near = closest(name, names);
  return fail(fmt::format("there is no input {}{}; {}", in_quotes(name),
                          near ? fmt::format(" (did you mean {}?)", in_quotes(*near)) : "",
                          list_inputs(inputs)));
}

}  // namespace jetmeter
