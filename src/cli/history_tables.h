// The rows of a history as people and programs read them. Pure.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/history_metric.h"
#include "jetmeter/history.h"

namespace jetmeter {

// A slot of a run with those of its metrics that are of interest.
struct HistoryEntry {
  HistoryRow row;
  std::map<std::string, double> metrics;
  int group = 0;  // rows of one number may be compared; 0: nobody asked
};

// One line per slot, with these metrics as the last columns; absent: a dash.
std::string history_table(std::span<const HistoryEntry>, const std::vector<std::string>& metrics);

// {"rows": [{"run": 1, …, "metrics": {…}}]}
std::string history_json(std::span<const HistoryEntry>);
// One object per line.
std::string history_json_lines(std::span<const HistoryEntry>);
// A column per metric; absent: an empty cell.
std::string history_csv(std::span<const HistoryEntry>, const std::vector<std::string>& metrics);

// "2026-01-31 12:00:00"
std::string second_of(WallTime);

}  // namespace jetmeter
