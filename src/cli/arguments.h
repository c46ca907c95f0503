// The command line before CLI11 sees it, and words for what it could not understand. Pure.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace jetmeter {

constexpr const char* kProgramName = "jetmeter";

// "--rgb_source=x" as "--rgb-source=x": the spelling of older tools. Values stay as they are.
std::vector<std::string> with_dashes(std::vector<std::string> arguments);

// One sentence for arguments that nothing expected, with the option that was probably meant; `app`
// is the program or a subcommand. REQUIRES: some extras.
std::string unexpected(const CLI::App& app, const std::vector<std::string>& extras);
std::string unknown_subcommand(const CLI::App& app, const std::string& word);
// The same where a subcommand should have been. REQUIRES: some extras.
std::string no_subcommand(const CLI::App& app, const std::vector<std::string>& extras);

// The command as it can be typed into a shell again.
std::string shell_words(const std::vector<std::string>& arguments);

}  // namespace jetmeter
