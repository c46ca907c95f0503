#include "load/stop_sentence.h"

#include <fmt/format.h>

#include <vector>

namespace jetmeter {
namespace {

std::string inferences(std::int64_t count) {
  return fmt::format("{} inference{}", count, count == 1 ? "" : "s");
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) text += i + 1 == parts.size() ? " and " : ", ";
    text += parts[i];
  }
  return text;
}

std::string median_clause(const StopRules& rules, const LoadOutcome& outcome) {
  if (!outcome.median_within_percent)
    return fmt::format("the median is not known at all, and within {:.3g} % was asked for",
                       *rules.median_within_percent);
  return fmt::format("the median is known within {:.3g} %, and {:.3g} % was asked for",
                     *outcome.median_within_percent, *rules.median_within_percent);
}

// What the maximum that came first left undone; empty when the minimums were reached as well.
std::string missing(const StopRules& rules, const LoadOutcome& outcome) {
  std::vector<std::string> parts;
  if (outcome.measured() < rules.min_time)
    parts.push_back(fmt::format("the minimum of {}", format_duration(rules.min_time)));
  if (outcome.done < rules.min_count)
    parts.push_back(fmt::format("the minimum of {}", inferences(rules.min_count)));
  std::string text;
  if (!parts.empty()) text = fmt::format(" came before {}", joined(parts));
  const auto target = rules.median_within_percent;
  const auto within = outcome.median_within_percent;
  if (target && !(within && *within <= *target)) text += "; " + median_clause(rules, outcome);
  return text;
}

std::string minimums(const StopRules& rules, const LoadOutcome& outcome) {
  auto text = fmt::format("the minimum of {} and of {} is reached", format_duration(rules.min_time),
                          inferences(rules.min_count));
  if (rules.median_within_percent) text += ", " + median_clause(rules, outcome);
  return text;
}

std::string maximum(const StopRules& rules, std::int64_t offline_count,
                    const LoadOutcome& outcome) {
  const auto what = outcome.stopped_by == StopReason::max_time ? format_duration(rules.max_time)
                                                               : inferences(rules.max_count);
  if (outcome.done < offline_count)
    return fmt::format("the maximum of {} came before the {} that there were", what,
                       inferences(offline_count));
  return fmt::format("the maximum of {}{}", what,
                     offline_count > 0 ? std::string() : missing(rules, outcome));
}

std::string rule(const StopRules& rules, std::int64_t offline_count, const LoadOutcome& outcome) {
  switch (outcome.stopped_by) {
    case StopReason::minimums_met: return minimums(rules, outcome);
    case StopReason::max_time:
    case StopReason::max_count: return maximum(rules, offline_count, outcome);
    case StopReason::all_done: return "that was all there was to do";
    case StopReason::interrupted: return "it was interrupted";
    case StopReason::failed:
      return fmt::format("one failed: {}", outcome.error ? outcome.error->what : "unknown");
  }
  return "";
}

}  // namespace

std::string stop_sentence(const StopRules& rules, std::int64_t offline_count,
                          const LoadOutcome& outcome) {
  return fmt::format("stopped after {} and {}: {}", format_duration(outcome.measured()),
                     inferences(outcome.done), rule(rules, offline_count, outcome));
}

}  // namespace jetmeter
