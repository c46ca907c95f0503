#include <fmt/format.h>

#include <algorithm>

#include "jetmeter/report.h"
#include "report/sections.h"
#include "report/sentences.h"

namespace jetmeter {
namespace {

constexpr std::size_t kWidestCell = 52;

// Colours by meaning; plain text when they are off.
class Ink {
 public:
  explicit Ink(bool color) : color_(color) {}
  std::string bold(std::string_view text) const { return in("1", text); }
  std::string faint(std::string_view text) const { return in("2", text); }
  std::string good(std::string_view text) const { return in("32", text); }
  std::string bad(std::string_view text) const { return in("31", text); }
  std::string caution(std::string_view text) const { return in("33", text); }

 private:
  std::string in(std::string_view code, std::string_view text) const {
    return color_ ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
  }
  bool color_;
};

std::vector<std::size_t> widths(const Table& table) {
  std::vector<std::size_t> out;
  for (const auto& heading : table.headings) out.push_back(display_width(heading.title));
  for (const auto& row : table.rows)
    for (std::size_t i = 0; i < row.size(); ++i) out[i] = std::max(out[i], display_width(row[i]));
  return out;
}

std::string trimmed(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

std::string line(const std::vector<std::string>& row, const Table& table,
                 const std::vector<std::size_t>& widths) {
  std::string out;
  for (std::size_t i = 0; i < row.size(); ++i)
    out += "  " + padded(row[i], widths[i], table.headings[i].align);
  return trimmed(std::move(out));
}

std::string text_table(Table table, const Ink& ink) {
  for (auto& row : table.rows)
    for (std::size_t i = 0; i < row.size(); ++i) {
      const auto text = row[i].empty() ? "-" : flattened(row[i]);
      row[i] = table.headings[i].is_prose ? text : shortened(text, kWidestCell);
    }
  std::vector<std::string> titles;
  for (const auto& heading : table.headings) titles.push_back(flattened(heading.title));
  const auto wide = widths(table);
  auto out = ink.faint(line(titles, table, wide)) + '\n';
  for (const auto& row : table.rows) out += line(row, table, wide) + '\n';
  return out;
}

std::string in_color(const SlotRecord& slot, const Ink& ink, std::string_view text) {
  switch (slot.status) {
    case SlotStatus::completed: return ink.good(text);
    case SlotStatus::skipped: return ink.faint(text);
    case SlotStatus::over_budget: return ink.caution(text);
    case SlotStatus::failed: return ink.bad(text);
  }
  return std::string(text);
}

std::string headlines(const Record& record, const Ink& ink) {
  std::size_t width = 0;
  for (const auto& slot : record.slots) width = std::max(width, display_width(slot.name));
  std::string out;
  for (const auto& slot : record.slots)
    out += fmt::format("  {}   {}\n",
                       in_color(slot, ink, padded(flattened(slot.name), width, Align::left)),
                       flattened(headline(slot)));
  return out;
}

std::string render(const Record& record, const RenderOptions& options) {
  const Ink ink(options.color);
  auto out =
      fmt::format("{}\n{}\n\n{}", ink.bold(flattened(when(record.run))),
                  ink.faint(flattened(machine_in_short(record.machine))), headlines(record, ink));
  for (const auto& section : sections(record, Detail::brief)) {
    out += fmt::format("\n{}\n", ink.bold(section.title));
    if (!section.table.rows.empty()) out += text_table(section.table, ink);
    const bool warns = section.title == "Warnings";
    for (const auto& sentence : section.sentences) {
      const auto text = flattened(sentence.text);
      out += fmt::format("  {}\n", warns ? ink.caution(text) : text);
      if (!sentence.advice.empty())
        out += fmt::format("    {}\n", ink.faint(flattened(sentence.advice)));
    }
  }
  return out;
}

}  // namespace

extern const Format text_format{"text", ".txt", "what a terminal shows at the end of a run",
                                render};

}  // namespace jetmeter
