#include "cli/compare_gate.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace jetmeter {
namespace {

std::string share_text(double share) {
  return fmt::format("{:.3g} %", 100 * share);
}

// "runs/b: rgb latency_ms.p50 is 5.1 % higher, at least 4.2 %: more than the 3 % of the gate"
std::string failure(const Comparison& comparison, const MetricComparison& m, double tolerance) {
  const bool lower = m.better == Better::lower;
  const double mid = m.ratio ? m.ratio->mid : *m.b / *m.a;
  auto text = fmt::format("{}: {} {} is {} {}", comparison.b, m.slot, m.name,
                          share_text(lower ? mid - 1 : 1 - mid), lower ? "higher" : "lower");
  if (m.ratio)
    text += fmt::format(", at least {}", share_text(lower ? m.ratio->low - 1 : 1 - m.ratio->high));
  return text + fmt::format(": more than the {} of the gate", share_text(tolerance));
}

std::vector<std::string> gates_of(const Gate& gate) {
  if (!gate.metrics.empty()) return gate.metrics;
  return {usual_gates().begin(), usual_gates().end()};
}

Result<void> check_named(const CompareResult& result, const Gate& gate) {
  std::vector<std::string> known;
  for (const auto& comparison : result.comparisons)
    for (const auto& metric : comparison.metrics)
      if (std::ranges::find(known, metric.name) == known.end()) known.push_back(metric.name);
  for (const auto& wanted : gate.metrics) {
    const bool there = std::ranges::any_of(result.comparisons, [&](const Comparison& c) {
      return std::ranges::any_of(c.metrics, [&](const auto& m) { return is_gate_of(wanted, m); });
    });
    if (there) continue;
    auto sentence = fmt::format("--gate {}: these runs have no such metric", in_quotes(wanted));
    if (const auto meant = closest(wanted, known)) sentence += "; did you mean " + *meant + '?';
    std::string_view separator = "; there are ";
    for (const auto& metric : known) {
      sentence += std::string(separator) + metric;
      separator = ", ";
    }
    return fail(std::move(sentence));
  }
  return {};
}

}  // namespace

Result<double> parse_share(std::string_view option, std::string_view text) {
  auto number = text;
  const bool percent = number.ends_with('%');
  if (percent) number.remove_suffix(1);
  while (number.ends_with(' ')) number.remove_suffix(1);
  double value = 0;
  const auto* const end = number.data() + number.size();
  const auto parsed = std::from_chars(number.data(), end, value);
  if (percent) value /= 100;
  if (parsed.ec != std::errc{} || parsed.ptr != end || !(value >= 0) || value >= 1)
    return fail(fmt::format("{} {} is no share; write 3% or 0.03", option, in_quotes(text)));
  return value;
}

Result<GateOutcome> apply_gate(const CompareResult& result, const Gate& gate) {
  if (auto ok = check_named(result, gate); !ok) return tl::make_unexpected(ok.error());
  GateOutcome out;
  const auto gates = gates_of(gate);
  for (const auto& comparison : result.comparisons) {
    for (const auto& worse : regressions(comparison, gate.tolerance, gates))
      out.failures.push_back(failure(comparison, worse, gate.tolerance));
    for (const auto& m : comparison.metrics) {
      const bool gated =
          std::ranges::any_of(gates, [&](const auto& name) { return is_gate_of(name, m); });
      if (!gated) continue;
      const bool judged = (m.ratio && !m.disturbed) || (m.repeats_within && m.a && m.b);
      if (judged)
        ++out.judged;
      else
        out.untold.push_back(fmt::format("{}: {} {} is gated and cannot be judged: {}",
                                         comparison.b, m.slot, m.name, m.reason));
    }
  }
  return out;
}

}  // namespace jetmeter
