// Where the history of this machine is, and how a finished run gets into it.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "cli/terminal.h"
#include "jetmeter/history.h"

namespace jetmeter {

// `--history PATH_OR_URL` of a subcommand that measures. It is no setting of the measurement: the
// record's configuration and --dump-config leave it out, and with it a password.
void add_history_option(CLI::App& app, std::string& history);

// What is typed, else $JETMETER_HISTORY, else the place of this user's data. Absent for "none", and
// where nothing says where a home is.
std::optional<HistoryPlace> chosen_history(const std::string& typed);
// The same from the environment's values. Pure.
std::optional<HistoryPlace> chosen_history(std::string_view typed, std::string_view of_environment,
                                           std::string_view xdg_data_home, std::string_view home);

// "orin-3"
std::string host_name();

// Adds the run. A failure is one error, also for who wants to hear of nothing else, and a line of
// run.log; the run's own files are complete without it.
void remember(const Record&, const std::string& run_folder, const std::string& typed, Terminal&);

}  // namespace jetmeter
