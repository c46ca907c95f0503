#include <fmt/format.h>

#include "compare/rows.h"

namespace jetmeter {
namespace {

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : flat_line(text)) {
    if (std::string_view("\\`*|<").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string differences_markdown(const CompareResult& result) {
  if (result.differences.empty()) return "Nothing differs in how they were made.\n";
  std::string head = "| what differs |", rule = "|---|", body;
  for (std::size_t i = 0; i < result.differences.front().values.size(); ++i) {
    head += fmt::format(" {} |", letter(i));
    rule += "---|";
  }
  for (const auto& difference : result.differences) {
    body += fmt::format("| {}{} |", escaped(difference.what),
                        difference.blocking ? " (not comparable)" : "");
    for (const auto& value : difference.values) body += fmt::format(" {} |", escaped(value));
    body += '\n';
  }
  return fmt::format("{}\n{}\n{}", head, rule, body);
}

bool stands_out(Verdict verdict) {
  return verdict == Verdict::faster || verdict == Verdict::slower;
}

std::string comparison_markdown(const Comparison& comparison, std::size_t number) {
  const auto a = letter(0), b = letter(number);
  auto out = fmt::format("| slot | metric | {} | {} | {} | {} | verdict |\n", a, b,
                         ratio_heading(comparison, number), interval_heading(comparison));
  out += "|---|---|---:|---:|---:|---:|---|\n";
  for (const auto& m : comparison.metrics) {
    const auto verdict = escaped(verdict_text(m));
    out += fmt::format("| {} | {} | {} | {} | {} | {} | {} |\n", escaped(m.slot), escaped(m.name),
                       value_text(m, m.a), value_text(m, m.b), ratio_text(comparison, m),
                       interval_text(m),
                       stands_out(m.verdict) ? fmt::format("**{}**", verdict) : verdict);
  }
  for (const auto& note : notes(comparison)) out += fmt::format("\n{}.\n", escaped(note));
  return out;
}

}  // namespace

std::string to_markdown(const CompareResult& result) {
  std::string out = "# jetmeter comparison\n\n";
  const auto names = run_names(result);
  for (std::size_t i = 0; i < names.size(); ++i)
    out += fmt::format("- **{}** {}\n", letter(i), escaped(names[i]));
  out += '\n' + differences_markdown(result);
  for (std::size_t i = 0; i < result.comparisons.size(); ++i)
    out += '\n' + comparison_markdown(result.comparisons[i], i + 1);
  return out;
}

}  // namespace jetmeter
