#include <fmt/format.h>

#include "jetmeter/report.h"
#include "report/sections.h"
#include "report/sentences.h"

namespace jetmeter {
namespace {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : flattened(text)) {
    if (std::string_view("\\`*|<").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string table(const Table& table) {
  std::string head = "|", rule = "|", body;
  for (const auto& heading : table.headings) {
    head += fmt::format(" {} |", escaped(heading.title));
    rule += heading.align == Align::left ? "---|" : "---:|";
  }
  for (const auto& row : table.rows) {
    body += '|';
    for (const auto& text : row) body += fmt::format(" {} |", text.empty() ? "-" : escaped(text));
    body += '\n';
  }
  return fmt::format("{}\n{}\n{}", head, rule, body);
}

std::string render(const Record& record, const RenderOptions&) {
  auto out = fmt::format("# jetmeter run {}\n\n{}  \n{}\n\n", escaped(record.run.id),
                         escaped(when(record.run)), escaped(machine_in_short(record.machine)));
  for (const auto& slot : record.slots)
    out += fmt::format("- **{}** {}\n", escaped(slot.name), escaped(headline(slot)));
  for (const auto& section : sections(record, Detail::full)) {
    out += fmt::format("\n## {}\n\n", section.title);
    if (!section.table.rows.empty()) out += table(section.table);
    if (!section.table.rows.empty() && !section.sentences.empty()) out += '\n';
    for (const auto& sentence : section.sentences) {
      out += fmt::format("- {}\n", escaped(sentence.text));
      if (!sentence.advice.empty()) out += fmt::format("  - {}\n", escaped(sentence.advice));
    }
  }
  // Indented, not fenced: a command may hold back ticks.
  if (!record.run.command.empty())
    out += fmt::format("\n## Command\n\n    {}\n", flattened(record.run.command));
  return out + fmt::format("\njetmeter {} ({})\n", escaped(record.run.tool_version),
                           escaped(record.run.tool_git));
}

}  // namespace

extern const Format markdown_format{"markdown", ".md", "a report to read, with every table",
                                    render};

}  // namespace jetmeter
