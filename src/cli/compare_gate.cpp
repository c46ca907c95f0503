#include "cli/compare_gate.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

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

// How much worse the metric may be at most, by its interval; without one, by its values.
std::optional<double> worst_of(const MetricComparison& m) {
  const bool lower = m.better == Better::lower;
  if (m.disturbed || !m.a || !m.b) return std::nullopt;
  if (m.ratio) return lower ? m.ratio->high - 1 : 1 - m.ratio->low;
  if (!m.repeats_within) return std::nullopt;
  return lower ? *m.b / *m.a - 1 : 1 - *m.b / *m.a;
}

// Empty: it is held.
std::string why_not_held(const MetricComparison& m, double tolerance) {
  const auto worst = worst_of(m);
  if (!worst) return "is gated and cannot be judged: " + m.reason;
  if (*worst <= std::max(tolerance, m.repeats_within.value_or(0))) return "";
  return fmt::format("is gated and not known to hold: it may be up to {} worse",
                     share_text(*worst));
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

Result<double> parse_share(std::string_view option, std::string_view text,
                           std::string_view example) {
  auto number = text;
  const bool percent = number.ends_with('%');
  if (percent) number.remove_suffix(1);
  while (number.ends_with(' ')) number.remove_suffix(1);
  double value = 0;
  const auto* const end = number.data() + number.size();
  const auto parsed = std::from_chars(number.data(), end, value);
  const bool is_number = parsed.ec == std::errc{} && parsed.ptr == end;
  if (is_number && !percent && value >= 1 && value < 100)
    return fail(fmt::format("{} {} is no share; write {:g}% or {:g}", option, in_quotes(text),
                            value, value / 100));
  if (percent) value /= 100;
  if (!is_number || !(value >= 0) || value >= 1)
    return fail(fmt::format("{} {} is no share; write {}", option, in_quotes(text), example));
  return value;
}

Result<GateOutcome> apply_gate(const CompareResult& result, const Gate& gate) {
  if (auto ok = check_named(result, gate); !ok) return tl::make_unexpected(ok.error());
  GateOutcome out;
  const auto gates = gates_of(gate);
  for (const auto& comparison : result.comparisons) {
    const auto failed = regressions(comparison, gate.tolerance, gates);
    for (const auto& worse : failed)
      out.failures.push_back(failure(comparison, worse, gate.tolerance));
    for (const auto& m : comparison.metrics) {
      const auto is_it = [&](const MetricComparison& one) {
        return one.slot == m.slot && one.name == m.name;
      };
      const bool gated =
          std::ranges::any_of(gates, [&](const auto& name) { return is_gate_of(name, m); });
      if (!gated || std::ranges::any_of(failed, is_it)) continue;
      const auto why = why_not_held(m, gate.tolerance);
      if (why.empty())
        ++out.held;
      else
        out.untold.push_back(fmt::format("{}: {} {} {}", comparison.b, m.slot, m.name, why));
    }
  }
  return out;
}

}  // namespace jetmeter
