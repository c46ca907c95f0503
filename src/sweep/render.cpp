#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

#include "sweep/pool.h"
#include "sweep/table.h"

namespace jetmeter {
namespace {

constexpr std::size_t kWidestCell = 44;
constexpr std::string_view kBestMark = "*";

// One line, without control characters.
std::string flattened(std::string_view text) {
  std::string out(text);
  std::ranges::replace_if(
      out, [](unsigned char c) { return c < ' ' || c == 0x7F; }, ' ');
  return out;
}

// Characters of UTF-8; what is not UTF-8 counts one per byte that begins nothing.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](unsigned char c) { return (c & 0xC0U) != 0x80U; }));
}

std::string shortened(std::string text) {
  if (width(text) <= kWidestCell) return text;
  std::size_t end = 0;
  for (std::size_t shown = 0; end < text.size(); ++end) {
    const bool begins = (static_cast<unsigned char>(text[end]) & 0xC0U) != 0x80U;
    if (begins && ++shown == kWidestCell) break;
  }
  return text.substr(0, end) + "…";
}

// ---- for people --------------------------------------------------------------------------------

// Three significant figures of the smallest value, the same number of decimals for all.
int decimals_of(const SweepColumn& column) {
  double least = std::numeric_limits<double>::infinity();
  for (const auto& cell : column.cells)
    if (cell)
      if (const auto* number = std::get_if<double>(&*cell); number && *number > 0)
        least = std::min(least, *number);
  if (!std::isfinite(least)) return 2;
  return std::clamp(2 - static_cast<int>(std::floor(std::log10(least))), 0, 6);
}

std::string for_people(const SweepColumn& column, const SweepCell& cell, int decimals) {
  if (!cell) return "-";
  if (const auto* text = std::get_if<std::string>(&*cell))
    return text->empty() ? "''" : flattened(*text);
  if (const auto* number = std::get_if<double>(&*cell))
    return fmt::format("{:.{}f}", *number, decimals);
  const auto whole = std::get<std::int64_t>(*cell);
  if (column.metric == SweepMetric::memory_peak)
    return format_bytes(static_cast<std::uint64_t>(whole));
  return std::to_string(whole);
}

// Models by their files' names, where those tell them apart.
SweepColumn with_short_names(SweepColumn column) {
  if (column.key != "model") return column;
  std::map<std::string, std::string> meant;  // by file name
  auto cells = column.cells;
  for (auto& cell : cells) {
    auto* path = cell ? std::get_if<std::string>(&*cell) : nullptr;
    if (path == nullptr) continue;
    auto name = std::filesystem::path(*path).filename().string();
    if (name.empty() || meant.emplace(name, *path).first->second != *path) return column;
    *path = std::move(name);
  }
  column.cells = std::move(cells);
  return column;
}

bool is_numeric(const SweepColumn& column) {
  return std::ranges::all_of(column.cells, [](const auto& cell) {
    if (!cell) return true;
    const auto* text = std::get_if<std::string>(&*cell);
    return !text || (!text->empty() && text->find_first_not_of("0123456789.-") == text->npos);
  });
}

struct ShownColumn {
  std::string title;
  bool right = false;
  std::vector<std::string> cells;
  std::vector<bool> best;
};

struct ShownTable {
  std::vector<ShownColumn> columns;
  std::string note;  // what is the same in all rows
  bool has_best() const {
    return std::ranges::any_of(
        columns, [](const auto& each) { return std::ranges::count(each.best, true); });
  }
};

ShownTable shown(const SweepTable& table) {
  ShownTable out;
  for (const auto& whole : table.columns) {
    if (whole.is_empty()) continue;
    const auto column = with_short_names(whole);
    const int decimals = decimals_of(column);
    const bool unvaried = column.key == "repeat" && table.rows.size() == 1;
    if (column.is_same() || unvaried) {
      if (column.key == "repeat") continue;
      out.note += fmt::format("{}{} {}", out.note.empty() ? "" : ", ", flattened(column.title),
                              for_people(column, column.cells.front(), decimals));
      continue;
    }
    auto& added = out.columns.emplace_back();
    added.title = flattened(column.title);
    added.right = is_numeric(column);
    added.best = column.best;
    for (const auto& cell : column.cells) added.cells.push_back(for_people(column, cell, decimals));
  }
  if (!out.note.empty()) out.note = "The same in all rows: " + out.note + ".";
  return out;
}

std::string in_color(bool color, std::string_view code, const std::string& text) {
  return color ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : text;
}

std::string padded(const std::string& text, std::size_t to, bool right) {
  const std::string blanks(to - std::min(to, width(text)), ' ');
  return right ? blanks + text : text + blanks;
}

// A star behind the best; a blank behind the others, so that the digits stay in line.
std::string marked(const ShownColumn& column, std::size_t row) {
  if (std::ranges::count(column.best, true) == 0) return shortened(column.cells[row]);
  return column.cells[row] + (column.best[row] ? std::string(kBestMark) : " ");
}

std::string meaning_of_best(const ShownTable& table, std::string_view mark) {
  const bool together = std::ranges::any_of(
      table.columns, [](const auto& column) { return std::ranges::count(column.best, true) > 1; });
  return fmt::format("{} the best of its column{}.", mark,
                     together ? "; several: not told apart" : "");
}

std::string text_of(const SweepTable& table, const SweepRenderOptions& options) {
  const auto people = shown(table);
  std::vector<std::string> lines(table.rows.size() + 1);
  for (const auto& column : people.columns) {
    const bool has_best = std::ranges::count(column.best, true) != 0;
    const auto title = column.title + (has_best && column.right ? " " : "");
    std::size_t wide = width(title);
    for (std::size_t row = 0; row < column.cells.size(); ++row)
      wide = std::max(wide, width(marked(column, row)));
    lines[0].append("  ").append(padded(title, wide, column.right));
    for (std::size_t row = 0; row < column.cells.size(); ++row) {
      const auto cell = padded(marked(column, row), wide, column.right);
      const bool best = options.color && column.best[row];
      lines[row + 1].append("  ").append(in_color(best, "32", cell));
    }
  }
  std::string out;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    lines[i].erase(lines[i].find_last_not_of(' ') + 1);
    out.append(in_color(options.color && i == 0, "2", lines[i])).append("\n");
  }
  if (people.columns.empty()) out.clear();
  auto note = people.note;
  if (people.has_best()) note += (note.empty() ? "" : " ") + meaning_of_best(people, kBestMark);
  if (note.empty()) return out;
  if (!out.empty()) out += '\n';
  return out.append(in_color(options.color, "2", note)).append("\n");
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("\\`*|<_").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string markdown_of(const SweepTable& table) {
  const auto people = shown(table);
  std::string head = "|", rule = "|", body;
  for (const auto& column : people.columns) {
    head += fmt::format(" {} |", escaped(column.title));
    rule += column.right ? "---:|" : "---|";
  }
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    body += '|';
    for (const auto& column : people.columns) {
      const auto cell = escaped(column.cells[row]);
      body += column.best[row] ? fmt::format(" **{}** |", cell) : fmt::format(" {} |", cell);
    }
    body += '\n';
  }
  std::string out;
  if (!people.columns.empty()) out = fmt::format("{}\n{}\n{}", head, rule, body);
  auto note = escaped(people.note);
  if (people.has_best()) note += (note.empty() ? "" : " ") + meaning_of_best(people, "**Bold**:");
  if (!note.empty()) out += fmt::format("\n{}\n", note);
  return out;
}

// ---- for programs ------------------------------------------------------------------------------

// RFC 4180: quotes only where they are needed.
std::string quoted_if_needed(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == text.npos) return text;
  std::string out = "\"";
  for (const char c : text) out.append(c == '"' ? 2 : 1, c);
  return out + '"';
}

std::string for_programs(const SweepCell& cell) {
  if (!cell) return "";
  return std::visit([](const auto& value) { return fmt::format("{}", value); }, *cell);
}

// The keys of the columns in which this row is the best.
std::vector<std::string> best_in(const SweepTable& table, std::size_t row) {
  std::vector<std::string> keys;
  for (const auto& column : table.columns)
    if (column.best[row]) keys.push_back(column.key);
  return keys;
}

std::string csv_of(const SweepTable& table, std::span<const SweepRow> rows) {
  std::string out = "id";
  for (const auto& column : table.columns) out.append(",").append(quoted_if_needed(column.key));
  out += ",best\n";
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    out += quoted_if_needed(rows[table.rows[row]].step.id);
    for (const auto& column : table.columns)
      out.append(",").append(quoted_if_needed(for_programs(column.cells[row])));
    std::string best;
    for (const auto& key : best_in(table, row)) best.append(best.empty() ? "" : " ").append(key);
    out.append(",").append(quoted_if_needed(best)).append("\n");
  }
  return out;
}

using Json = nlohmann::ordered_json;

Json json_of(const SweepCell& cell) {
  if (!cell) return nullptr;
  return std::visit([](const auto& value) { return Json(value); }, *cell);
}

Json json_of_pools(std::span<const SweepRow> rows, const SweepTable& table) {
  auto list = Json::array();
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const auto& row = rows[table.rows[i]];
    auto values = Json::object(), ranges = Json::object(), metrics = Json::object();
    for (const auto& column : table.columns) {
      if (column.is_axis) values[column.key] = json_of(column.cells[i]);
      if (!column.metric) continue;
      metrics[column.key] = json_of(column.cells[i]);
      if (const auto range = row.ranges.find(*column.metric); range != row.ranges.end())
        ranges[column.key] = {range->second.low, range->second.high};
    }
    Json item{
        {"digest", row.step.digest}, {"runs", row.runs}, {"values", values}, {"ranges", ranges}};
    item.update(metrics);
    item["best"] = best_in(table, i);
    list.push_back(std::move(item));
  }
  return list;
}

std::string json_text_of(const SweepTable& table, std::span<const SweepRow> rows,
                         const SweepRenderOptions& options, Json configurations) {
  Json document{{"schema", "jetmeter.sweep_summary/1"}};
  document["rank"] = options.rank ? Json(name(*options.rank)) : Json();
  auto& list = document["rows"] = Json::array();
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    const auto& step = rows[table.rows[i]].step;
    Json row{{"id", step.id}, {"digest", step.digest}};
    auto& values = row["values"] = Json::object();
    for (const auto& column : table.columns)
      if (column.is_axis) values[column.key] = json_of(column.cells[i]);
    for (const auto& column : table.columns)
      if (!column.is_axis) row[column.key] = json_of(column.cells[i]);
    row["best"] = best_in(table, i);
    list.push_back(std::move(row));
  }
  if (!configurations.is_null()) document["configurations"] = std::move(configurations);
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace

std::string render_sweep(std::span<const SweepRow> rows, SweepFormat format,
                         const SweepRenderOptions& options) {
  const auto configurations = pooled(rows);
  const auto table = sweep_table(rows, options), pools = sweep_table(configurations, options);
  const bool repeated = configurations.size() < rows.size();
  switch (format) {
    case SweepFormat::text: return text_of(pools, options);
    case SweepFormat::markdown:
      return markdown_of(pools) +
             (repeated ? "\nThe single runs:\n\n" + markdown_of(table) : std::string());
    case SweepFormat::csv: return csv_of(table, rows);
    case SweepFormat::json:
      return json_text_of(table, rows, options,
                          repeated ? json_of_pools(configurations, pools) : Json());
  }
  return {};
}

}  // namespace jetmeter
