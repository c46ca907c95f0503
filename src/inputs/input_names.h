// Names of inputs, as users give them and as errors list them.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>

#include "jetmeter/core.h"
#include "jetmeter/tensor.h"

namespace jetmeter {

// "the model has 2 inputs: 'images', 'orig_size'".
std::string list_inputs(std::span<const TensorSpec>);

// Fails, with the nearest name, where no input is called `name`.
Result<void> check_input_name(std::string_view name, std::span<const TensorSpec> inputs);

// What was said of this input, or of those that have nothing of their own (""); null if nothing.
template <typename T>
const T* of_input(const std::map<std::string, T, std::less<>>& said, std::string_view name) {
  auto found = said.find(name);
  if (found == said.end()) found = said.find("");
  return found == said.end() ? nullptr : &found->second;
}

}  // namespace jetmeter
