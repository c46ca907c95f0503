#include "cli/history_tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

namespace jetmeter {
namespace {

using Json = nlohmann::ordered_json;
using Field = std::string HistoryRow::*;

constexpr std::array<std::pair<std::string_view, Field>, 20> kTexts{{
    {"host", &HistoryRow::host},
    {"subcommand", &HistoryRow::subcommand},
    {"verdict", &HistoryRow::verdict},
    {"slot", &HistoryRow::slot},
    {"status", &HistoryRow::status},
    {"model", &HistoryRow::model},
    {"model_sha256", &HistoryRow::model_sha256},
    {"backend", &HistoryRow::backend},
    {"backend_version", &HistoryRow::backend_version},
    {"device", &HistoryRow::device},
    {"precision", &HistoryRow::precision},
    {"scenario", &HistoryRow::scenario},
    {"threads", &HistoryRow::threads},
    {"streams", &HistoryRow::streams},
    {"rate", &HistoryRow::rate},
    {"batch", &HistoryRow::batch},
    {"shapes", &HistoryRow::shapes},
    {"conditions", &HistoryRow::conditions},
    {"board", &HistoryRow::board},
    {"power_mode", &HistoryRow::power_mode},
}};

std::string plain(std::string_view text) {
  std::string out(text);
  std::ranges::replace_if(
      out, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
  return out;
}

// Code points, as most terminals give each one cell.
std::size_t cells(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

struct Column {
  std::string title;
  bool right = false;
  std::vector<std::string> lines;
};

std::string set(const std::vector<Column>& columns) {
  std::vector<std::size_t> widths;
  for (const auto& column : columns) {
    widths.push_back(cells(column.title));
    for (const auto& line : column.lines) widths.back() = std::max(widths.back(), cells(line));
  }
  std::string text;
  for (std::size_t line = 0; line <= columns.front().lines.size(); ++line) {
    std::string out;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const auto& word = line == 0 ? columns[i].title : columns[i].lines[line - 1];
      const std::string space(widths[i] - cells(word), ' ');
      out += (i == 0 ? "" : "  ") + (columns[i].right ? space + word : word + space);
    }
    out.erase(out.find_last_not_of(' ') + 1);
    text += out + "\n";
  }
  return text;
}

// A column that says the same as an empty one is left out.
void add_text(std::vector<Column>& columns, std::span<const HistoryEntry> entries,
              std::string title, Field field) {
  Column column{std::move(title), false, {}};
  for (const auto& entry : entries)
    column.lines.push_back((entry.row.*field).empty() ? "-" : plain(entry.row.*field));
  if (std::ranges::any_of(column.lines, [](const auto& line) { return line != "-"; }))
    columns.push_back(std::move(column));
}

// Only where it tells rows apart.
void add_difference(std::vector<Column>& columns, std::span<const HistoryEntry> entries,
                    std::string title, Field field) {
  const auto same = [&](const HistoryEntry& entry) {
    return entry.row.*field == entries.front().row.*field;
  };
  if (!std::ranges::all_of(entries, same)) add_text(columns, entries, std::move(title), field);
}

Json as_json(const HistoryEntry& entry) {
  Json item{{"run", entry.row.id},
            {"run_id", entry.row.run_id},
            {"started", format_utc(entry.row.started)}};
  for (const auto& [key, field] : kTexts)
    item[std::string(key)] = (entry.row.*field).empty() ? Json() : Json(entry.row.*field);
  item["tool_version"] = entry.row.tool_version;
  item["frames"] = entry.row.frames;
  if (entry.group > 0) item["group"] = entry.group;
  item["metrics"] = Json::object();
  for (const auto& [name, value] : entry.metrics) item["metrics"][name] = value;
  return item;
}

std::string dump(const Json& json, int indent) {
  return json.dump(indent, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == text.npos) return text;
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

}  // namespace

std::string second_of(WallTime time) {
  auto text = format_utc(time).substr(0, 19);
  std::ranges::replace(text, 'T', ' ');
  return text;
}

std::string history_table(std::span<const HistoryEntry> entries,
                          const std::vector<std::string>& metrics) {
  if (entries.empty()) return "no run matches\n";
  std::vector<Column> columns{{"run", true, {}}, {"started (UTC)", false, {}}};
  for (const auto& entry : entries) {
    columns[0].lines.push_back(fmt::format("{}", entry.row.id));
    columns[1].lines.push_back(second_of(entry.row.started));
  }
  add_text(columns, entries, "host", &HistoryRow::host);
  add_text(columns, entries, "command", &HistoryRow::subcommand);
  add_text(columns, entries, "slot", &HistoryRow::slot);
  add_text(columns, entries, "status", &HistoryRow::status);
  add_text(columns, entries, "model", &HistoryRow::model);
  add_text(columns, entries, "backend", &HistoryRow::backend);
  add_text(columns, entries, "precision", &HistoryRow::precision);
  add_text(columns, entries, "scenario", &HistoryRow::scenario);
  for (const auto& [title, field] : {std::pair{"threads", &HistoryRow::threads},
                                     {"streams", &HistoryRow::streams},
                                     {"rate", &HistoryRow::rate},
                                     {"batch", &HistoryRow::batch},
                                     {"shapes", &HistoryRow::shapes},
                                     {"conditions", &HistoryRow::conditions}})
    add_difference(columns, entries, title, field);
  for (const auto& metric : metrics) {
    Column column{metric, true, {}};
    for (const auto& entry : entries) {
      const auto found = entry.metrics.find(metric);
      column.lines.push_back(
          found == entry.metrics.end() ? "-" : metric_text(found->second, metric_facts(metric)));
    }
    columns.push_back(std::move(column));
  }
  return set(columns);
}

std::string history_json(std::span<const HistoryEntry> entries) {
  Json document{{"rows", Json::array()}};
  for (const auto& entry : entries) document["rows"].push_back(as_json(entry));
  return dump(document, 2);
}

std::string history_json_lines(std::span<const HistoryEntry> entries) {
  std::string text;
  for (const auto& entry : entries) text += dump(as_json(entry), -1);
  return text;
}

std::string history_csv(std::span<const HistoryEntry> entries,
                        const std::vector<std::string>& metrics) {
  std::string text = "run,run_id,started";
  for (const auto& [key, field] : kTexts) text += fmt::format(",{}", key);
  text += ",tool_version,frames";
  for (const auto& metric : metrics) text += fmt::format(",{}", csv_cell(metric));
  text += "\n";
  for (const auto& [row, values, group] : entries) {
    text += fmt::format("{},{},{}", row.id, csv_cell(row.run_id), format_utc(row.started));
    for (const auto& [key, field] : kTexts) text += fmt::format(",{}", csv_cell(row.*field));
    text += fmt::format(",{},{}", csv_cell(row.tool_version), row.frames);
    for (const auto& metric : metrics) {
      const auto found = values.find(metric);
      text += found == values.end() ? "," : fmt::format(",{}", found->second);
    }
    text += "\n";
  }
  return text;
}

}  // namespace jetmeter
