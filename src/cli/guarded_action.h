// For actions that run a model in a runtime without a worker of their own. A runtime that meets a
// model it did not expect may take its process with it.
#pragma once

#include "cli/subcommand.h"

namespace jetmeter {

// The action in a child process, which shares the terminal and this process' exit code: Ctrl-C and
// SIGTERM reach it, and it ends with this process. Its death by a signal is told in one sentence.
// REQUIRES: called before this process has a second thread.
Action guarded(Action, Terminal*);

}  // namespace jetmeter
