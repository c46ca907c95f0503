#include "cli/history_groups.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace jetmeter {
namespace {

using Field = std::string HistoryRow::*;

constexpr std::array<std::pair<std::string_view, Field>, 10> kConditions{{
    {"command", &HistoryRow::subcommand},
    {"board", &HistoryRow::board},
    {"power mode", &HistoryRow::power_mode},
    {"precision", &HistoryRow::precision},
    {"shapes", &HistoryRow::shapes},
    {"scenario", &HistoryRow::scenario},
    {"streams", &HistoryRow::streams},
    {"rate", &HistoryRow::rate},
    {"batch", &HistoryRow::batch},
    {"conditions", &HistoryRow::conditions},
}};

bool comparable(const HistoryRow& one, const HistoryRow& other) {
  return std::ranges::all_of(
      kConditions, [&](const auto& each) { return one.*each.second == other.*each.second; });
}

std::vector<HistoryEntry> firsts_of(const std::vector<std::vector<HistoryEntry>>& groups) {
  std::vector<HistoryEntry> firsts;
  for (const auto& group : groups) firsts.push_back(group.front());
  return firsts;
}

std::vector<std::pair<std::string_view, Field>> differing(std::span<const HistoryEntry> entries) {
  std::vector<std::pair<std::string_view, Field>> all;
  for (const auto& condition : kConditions) {
    const auto same = [&](const HistoryEntry& entry) {
      return entry.row.*condition.second == entries.front().row.*condition.second;
    };
    if (!std::ranges::all_of(entries, same)) all.push_back(condition);
  }
  return all;
}

std::string plain(std::string text) {
  std::ranges::replace_if(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
  return text.empty() ? "not known" : text;
}

}  // namespace

std::vector<std::vector<HistoryEntry>> comparable_groups(std::vector<HistoryEntry> entries) {
  std::vector<std::vector<HistoryEntry>> groups;
  for (auto& entry : entries) {
    auto group = std::ranges::find_if(
        groups, [&](const auto& known) { return comparable(known.front().row, entry.row); });
    if (group == groups.end()) group = groups.emplace(groups.end());
    entry.group = static_cast<int>(group - groups.begin()) + 1;
    group->push_back(std::move(entry));
  }
  return groups;
}

std::string what_differs(std::span<const HistoryEntry> entries) {
  std::string text;
  for (const auto& [title, field] : differing(entries))
    text += fmt::format("{}{}", text.empty() ? "" : ", ", title);
  return text;
}

std::string history_group_tables(const std::vector<std::vector<HistoryEntry>>& groups,
                                 const std::vector<std::string>& metrics) {
  if (groups.empty()) return history_table({}, metrics);
  if (groups.size() == 1) return history_table(groups.front(), metrics);
  const auto firsts = firsts_of(groups);
  const auto conditions = differing(firsts);
  std::string text;
  for (const auto& group : groups) {
    std::string head;
    for (const auto& [title, field] : conditions)
      head +=
          fmt::format("{}{} {}", head.empty() ? "" : ", ", title, plain(group.front().row.*field));
    text += fmt::format("{}:\n{}\n", head, history_table(group, metrics));
  }
  return text + fmt::format(
                    "{} groups that are not to be compared with each other: they differ in {}; "
                    "filters choose one\n",
                    groups.size(), what_differs(firsts));
}

}  // namespace jetmeter
