// Options in a TOML file: a key is an option's long name without its dashes, at the top of the
// file or under the subcommand's name. Pure but for reading the file.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "jetmeter/core.h"

namespace jetmeter {

// The file as arguments: {"--max-frames", "300", …}. Of `[detect]` and the like only the table of
// `subcommand`. An array repeats its option; `true` is a flag, `false` its absence.
Result<std::vector<std::string>> arguments_from_toml(const std::filesystem::path& file,
                                                     const std::string& subcommand);

// What the run behind a report.json was asked for. Fails when it was another subcommand's.
Result<std::vector<std::string>> arguments_from_record(const std::filesystem::path& file,
                                                       const std::string& subcommand);

// Replaces `--config FILE` and `--from FILE` by what the file says, before the other arguments, so
// that these win.
Result<std::vector<std::string>> with_config_files(std::vector<std::string> arguments);

using OptionValues = std::vector<std::pair<std::string, std::string>>;
std::string to_toml(const OptionValues&, const std::string& subcommand);

}  // namespace jetmeter
