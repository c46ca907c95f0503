// The options of `history`, and the question that they ask. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "cli/subcommand.h"
#include "jetmeter/history.h"

namespace jetmeter {

struct HistoryRequest {
  std::string action = "list", subject;  // subject: a run, a metric, a run directory
  std::string db;
  std::string since, until;
  HistoryFilter filter;  // without its times
  std::string format = "";
  bool lowest = false, highest = false;
};
void add_history_options(CLI::App& app, HistoryRequest& request);

// "7d", "12h", "2w" (before now), "2026-01-31", "2026-01-31T12:00:00Z".
Result<WallTime> parse_moment(const std::string& text, WallTime now);

// Refuses what does not belong together, and fills the filter's times. A day as --until is whole.
Result<HistoryFilter> history_filter(const HistoryRequest&, WallTime now);

}  // namespace jetmeter
