// What `jetmeter zoo` can do, each in a file of its own, and the words that they share.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/subcommand.h"
#include "jetmeter/graph.h"

namespace jetmeter {

extern const Subcommand zoo_list_command, zoo_make_command;

// "2,616,248".
std::string with_separators(std::uint64_t);
// "images 1x3x640x640, labels 1x2"; without the types.
std::string brief_values(const std::vector<Value>&);
// Of the parameters; shapes and indices do not count.
std::uint64_t zoo_weight_bytes(const ModelGraph&);

}  // namespace jetmeter
