#include "compare/rows.h"

#include <fmt/format.h>

#include <algorithm>

namespace jetmeter {
namespace {

bool has_interval(const MetricComparison& row) {
  return row.ratio.has_value();
}

// The ratios are medians of the rounds' own, and not of the values beside them.
bool is_by_round(const Comparison& comparison) {
  return comparison.rounds > 0 && std::ranges::any_of(comparison.metrics, has_interval);
}

std::vector<std::string> notes_of_rounds(const Comparison& comparison) {
  std::vector<std::string> out{
      fmt::format("medians over {} round{}", comparison.rounds, comparison.rounds == 1 ? "" : "s")};
  if (is_by_round(comparison))
    out.emplace_back(
        "the ratio by round is the median of the ratios of rounds that belong together, its "
        "interval comes from them: it need not be the ratio of the two medians");
  if (comparison.in_turn)
    out.emplace_back(
        "both runs of a round at the same time, a few inferences of one and then of the other: the "
        "ratios of p50, mean and throughput are of neighbours");
  return out;
}

}  // namespace

std::string letter(std::size_t run) {
  return run < 26 ? std::string(1, static_cast<char>('a' + run)) : fmt::format("run {}", run + 1);
}

std::string flat_line(std::string_view text) {
  std::string out(text);
  std::ranges::replace_if(
      out, [](unsigned char c) { return c < 0x20 || c == 0x7F; }, ' ');
  return out;
}

std::string value_text(const MetricComparison& row, const std::optional<double>& value) {
  if (!value) return "-";
  if (row.name.ends_with("_bytes")) return format_bytes(static_cast<std::uint64_t>(*value));
  return fmt::format("{:.4g}", *value);
}

std::optional<double> ratio_mid(const MetricComparison& row) {
  if (row.ratio) return row.ratio->mid;
  if (!row.a || !row.b || !(*row.a > 0)) return std::nullopt;
  return *row.b / *row.a;
}

std::string ratio_text(const Comparison& comparison, const MetricComparison& row) {
  if (is_by_round(comparison) && !has_interval(row)) return "-";
  const auto mid = ratio_mid(row);
  return mid ? fmt::format("{:.3f}", *mid) : "-";
}

std::string interval_text(const MetricComparison& row) {
  return row.ratio ? fmt::format("{:.3f} .. {:.3f}", row.ratio->low, row.ratio->high) : "-";
}

std::string verdict_text(const MetricComparison& row) {
  const bool speed = row.name.find("_ms") != std::string::npos || row.name.ends_with("_fps") ||
                     row.name.ends_with("_seconds");
  switch (row.verdict) {
    case Verdict::faster: return speed ? "faster" : "better";
    case Verdict::slower: return speed ? "slower" : "worse";
    case Verdict::same: return "same";
    case Verdict::cannot_tell: break;
  }
  return row.reason.empty() ? "cannot tell" : "cannot tell: " + row.reason;
}

std::vector<std::string> run_names(const CompareResult& result) {
  std::vector<std::string> names;
  for (const auto& comparison : result.comparisons) {
    if (names.empty()) names.push_back(comparison.a);
    names.push_back(comparison.b);
  }
  return names;
}

std::vector<std::string> notes(const Comparison& comparison) {
  const auto& rows = comparison.metrics;
  if (comparison.rounds > 0) return notes_of_rounds(comparison);
  std::vector<std::string> out;
  if (std::ranges::any_of(rows, &MetricComparison::paired))
    out.emplace_back("both runs measured the same frames: latencies are paired frame by frame");
  if (std::ranges::any_of(rows, &MetricComparison::disturbed))
    out.emplace_back(
        "a run was disturbed or not steady, or the machine was in another state: no verdict on "
        "speed without --force; compare --ab "
        "meets it on both sides alike");
  if (std::ranges::any_of(rows, has_interval))
    out.emplace_back(
        "one run a side: how runs differ among themselves is not in the intervals; "
        "compare --ab measures it");
  return out;
}

std::string ratio_heading(const Comparison& comparison, std::size_t number) {
  return fmt::format("{}/{}{}", letter(number), letter(0),
                     is_by_round(comparison) ? " by round" : "");
}

std::string interval_heading(const Comparison& comparison) {
  const auto found = std::ranges::find_if(comparison.metrics, has_interval);
  const double confidence =
      found == comparison.metrics.end() ? kConfidence : found->ratio->confidence;
  return fmt::format("{:.4g} % interval", 100 * confidence);
}

}  // namespace jetmeter
