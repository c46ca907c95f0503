// A record as the rows that it becomes. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "jetmeter/history.h"

namespace jetmeter {

struct SlotEntry {
  HistoryRow row;
  std::vector<HistoryMetric> metrics;
};

struct RunEntry {
  HistoryRow run;  // without the fields of a slot
  WallTime finished{};
  std::string command, tool_git, record;
  std::vector<SlotEntry> slots;
};

// Every text is one that a database can hold.
RunEntry entry_of(const Record&, std::string_view host);

// "detect" of "jetmeter detect --model0 x"; empty where there is none.
std::string subcommand_of(std::string_view command);

}  // namespace jetmeter
