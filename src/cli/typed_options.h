// Which options a command line names. Pure.
#pragma once

#include <CLI/CLI.hpp>
#include <set>
#include <string>
#include <vector>

namespace jetmeter {

// The options of `subcommand` that `words`, its name first, give a value or set; positional ones
// as well. Words that it does not know are passed over.
std::set<const CLI::Option*> typed_options(const std::vector<std::string>& words,
                                           const CLI::App& subcommand);

}  // namespace jetmeter
