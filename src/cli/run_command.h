// What every measuring subcommand does around run(): choose the directory, listen to Ctrl-C, show
// the result, decide the exit code.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "cli/subcommand.h"
#include "jetmeter/run.h"

namespace jetmeter {

struct RunCommandOptions {
  std::string format = "text";  // of what goes to standard output: text | json | none
  bool strict_memory = false;   // a slot over its limit fails the gate
  std::string host_root = "/";  // where sensors are read; another one is a recorded machine
  std::string from;             // the run that is repeated, see read_record.h; empty: none
  std::string history;          // as typed: where the run is kept; see history_option.h
  std::function<void(const RunOutcome&)> finished;  // before anything is shown; may be empty
};

// "runs/2026-01-31T12-00-00Z", with "-2" and so on behind it when two runs begin in one second.
std::filesystem::path fresh_directory();

// The folder of a recorded machine is there.
Result<void> check_host_root(const std::string& host_root);

// Fills spec.out when it is empty (runs/<UTC time>, runs/latest points there).
Result<ExitCode> run_command(RunSpec spec, const Invocation&, const RunCommandOptions&);

// The exit code that a finished run deserves. Pure.
ExitCode exit_code(const RunOutcome&, bool strict_memory = false);

}  // namespace jetmeter
