// Options in a TOML file: a key is an option's long name without its dashes, at the top of the
// file or under the subcommand's name. Pure but for reading the file.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "jetmeter/core.h"

namespace jetmeter {

// The file as arguments: {"--max-frames=300", …}. Of `[detect]` and the like only the table of
// `subcommand`, which wins. An array repeats its option, or is the list of one that takes lists. A
// flag is `true`, or `false` as if it were not there. Fails on a value that is none of its
// option's.
Result<std::vector<std::string>> arguments_from_toml(const std::filesystem::path& file,
                                                     const CLI::App& subcommand);

// What a run, named by its directory or its report.json, was asked for, its relative paths as that
// run had them. Fails when it was another subcommand's.
Result<std::vector<std::string>> arguments_from_record(const std::filesystem::path& file,
                                                       const std::string& subcommand);

// Replaces `--config FILE` and `--from FILE` by what the file says of the options that are not
// among the other arguments, and before these: what is typed wins, also where an option may be
// repeated. A `--from FILE` that the subcommand knows also stays, for what it says of the models.
// Leaves arguments alone that do not begin with a subcommand of `program`.
Result<std::vector<std::string>> with_config_files(std::vector<std::string> arguments,
                                                   const CLI::App& program);

using OptionValues = std::vector<std::pair<std::string, std::string>>;
// What arguments_from_toml() reads again.
std::string to_toml(const OptionValues&, const CLI::App& subcommand);

}  // namespace jetmeter
