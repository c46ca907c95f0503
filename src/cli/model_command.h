// What `jetmeter model` can do, each in a file of its own: model_inspect.cpp, model_cost.cpp, …
#pragma once

#include <span>

#include "cli/subcommand.h"

namespace jetmeter {

// In the order of `jetmeter model --help`.
std::span<const Subcommand* const> model_commands();

}  // namespace jetmeter
