// The contract of a subcommand: what it is called, and how it puts its options on a CLI::App and
// what it then does.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "cli/terminal.h"
#include "jetmeter/core.h"

namespace jetmeter {

enum class ExitCode : int {
  done = 0,
  wrong_request = 1,
  slot_failed = 2,
  gate_failed = 3,
  nothing_measured = 4,
  interrupted = 130,
};

// What a subcommand may use of the world.
struct Invocation {
  Terminal* terminal = nullptr;
  std::string command;  // as typed
};

// Runs after the options were parsed. An Error is a wrong request.
using Action = std::function<Result<ExitCode>()>;

struct Subcommand {
  std::string_view name;
  std::string_view summary;  // empty: hidden from --help
  // Adds the options. What they are parsed into lives in the returned action.
  Action (*define)(CLI::App&, const Invocation&);
};

std::span<const Subcommand* const> subcommands();

}  // namespace jetmeter
