#include <fmt/format.h>

#include <algorithm>

#include "compare/rows.h"

namespace jetmeter {
namespace {

constexpr std::size_t kWidest = 44;

struct Cell {
  std::string text;
  bool right = false;
  std::string_view color{};  // an SGR code; empty: none
};
using Row = std::vector<Cell>;

// Characters; the bytes that continue one in UTF-8 take no cell.
std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](unsigned char c) { return (c & 0xC0) != 0x80; }));
}

// At most so many characters: of longer text its end, which tells paths apart.
std::string shortened(std::string text) {
  auto excess = width(text);
  if (excess <= kWidest) return text;
  excess -= kWidest - 3;
  std::size_t from = 0;
  while (excess > 0 || (static_cast<unsigned char>(text[from]) & 0xC0) == 0x80) {
    if ((static_cast<unsigned char>(text[from]) & 0xC0) != 0x80) --excess;
    ++from;
  }
  return "..." + text.substr(from);
}

std::string line(const Row& row, const std::vector<std::size_t>& widths) {
  std::string out;
  std::size_t owed = 0;  // blanks are written before text only, never at a line's end
  for (std::size_t i = 0; i < row.size(); ++i) {
    const auto& cell = row[i];
    const auto blanks = widths[i] - width(cell.text);
    owed += 2 + (cell.right ? blanks : 0);
    if (!cell.text.empty()) {
      out += std::string(owed, ' ');
      out +=
          cell.color.empty() ? cell.text : fmt::format("\x1b[{}m{}\x1b[0m", cell.color, cell.text);
      owed = 0;
    }
    owed += cell.right ? 0 : blanks;
  }
  return out + '\n';
}

std::string table(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (widths.size() <= i) widths.push_back(0);
      widths[i] = std::max(widths[i], width(row[i].text));
    }
  std::string out;
  for (const auto& row : rows) out += line(row, widths);
  return out;
}

std::string title(std::string_view text, bool color) {
  return color ? fmt::format("\x1b[1m{}\x1b[0m\n", text) : fmt::format("{}\n", text);
}

std::string differences_text(const CompareResult& result, bool color) {
  if (result.differences.empty()) return title("Nothing differs in how they were made", color);
  std::vector<Row> rows(1, Row{{"", false}});
  const auto runs = result.differences.front().values.size();
  for (std::size_t i = 0; i < runs; ++i) rows.front().push_back({letter(i)});
  for (const auto& difference : result.differences) {
    Row row{{difference.what}};
    for (const auto& value : difference.values) row.push_back({shortened(flat_line(value))});
    if (difference.blocking) row.push_back({"not comparable", false, color ? "33" : ""});
    rows.push_back(std::move(row));
  }
  return title("What differs", color) + table(rows);
}

std::string_view color_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::faster: return "32";
    case Verdict::slower: return "31";
    case Verdict::same: return "";
    case Verdict::cannot_tell: return "2";
  }
  return "";
}

// One table for all slots, so that their columns stand in line.
std::string comparison_text(const Comparison& comparison, std::size_t number, bool color) {
  std::vector<Row> rows{{{""},
                         {letter(0), true},
                         {letter(number), true},
                         {ratio_heading(comparison, number), true},
                         {interval_heading(comparison), true},
                         {"verdict"}}};
  std::string slot;
  for (const auto& metric : comparison.metrics) {
    if (metric.slot != slot) rows.push_back({{flat_line(metric.slot)}});
    slot = metric.slot;
    rows.push_back({{"  " + flat_line(metric.name)},
                    {value_text(metric, metric.a), true},
                    {value_text(metric, metric.b), true},
                    {ratio_text(comparison, metric), true},
                    {interval_text(metric), true},
                    {verdict_text(metric), false, color ? color_of(metric.verdict) : ""}});
  }
  auto out = title(fmt::format("{} against {}", letter(number), letter(0)), color) + table(rows);
  for (const auto& note : notes(comparison)) out += "  " + note + '\n';
  return out;
}

}  // namespace

std::string to_text(const CompareResult& result, bool color) {
  std::string out;
  const auto names = run_names(result);
  for (std::size_t i = 0; i < names.size(); ++i)
    out += fmt::format("{}  {}\n", letter(i), flat_line(names[i]));
  out += '\n' + differences_text(result, color);
  for (std::size_t i = 0; i < result.comparisons.size(); ++i)
    out += '\n' + comparison_text(result.comparisons[i], i + 1, color);
  return out;
}

}  // namespace jetmeter
