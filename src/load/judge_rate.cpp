#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "jetmeter/load.h"
#include "jetmeter/stats.h"

namespace jetmeter {
namespace {

constexpr double kNanosecondsPerMillisecond = 1e6;
constexpr double kNanosecondsPerSecond = 1e9;
constexpr double kMillisecondsPerSecond = 1e3;

struct Judgement {
  bool holds = true;
  std::string reason;
};

// "p99", "p99.9", "p50".
std::string percentile_name(double q) {
  return fmt::format("p{:.6g}", 100 * q);
}

std::vector<double> sorted_latencies_ms(std::span<const LoadSample> samples) {
  std::vector<double> latencies;
  latencies.reserve(samples.size());
  for (const auto& sample : samples)
    if (sample.outcome == Outcome::done)
      latencies.push_back(static_cast<double>(sample.latency_ns()) / kNanosecondsPerMillisecond);
  std::ranges::sort(latencies);
  return latencies;
}

// The quantile of what was done and of `endless` more, which took longer than any of it. Absent
// where one of those would be needed.
std::optional<double> quantile_with_endless(std::span<const double> sorted, std::int64_t endless,
                                            double q) {
  if (sorted.empty()) return std::nullopt;
  if (endless == 0) return quantile(sorted, q);
  const double n = static_cast<double>(sorted.size()) + static_cast<double>(endless);
  const auto above = static_cast<std::size_t>(std::ceil(q * (n - 1)));
  if (above >= sorted.size()) return std::nullopt;
  return sorted[above];
}

// With 99 % confidence the quantile is at most this, as MLPerf's early stopping has it; infinite
// where one of the `endless` would be needed, absent where there are too few for it.
std::optional<double> upper_bound(std::span<const double> sorted, std::int64_t endless, double q) {
  std::vector<double> all(sorted.begin(), sorted.end());
  all.resize(all.size() + static_cast<std::size_t>(endless), std::numeric_limits<double>::max());
  const auto upper = conservative_quantile(all, q);
  if (upper.estimate && upper.rank_from_top <= endless)
    return std::numeric_limits<double>::infinity();
  return upper.estimate;
}

std::string milliseconds(double ms) {
  return format_duration(Nanoseconds(std::llround(ms * kNanosecondsPerMillisecond)));
}

Judgement judge_latency(const RateBound& bound, const RateTrial& trial,
                        std::span<const double> sorted, std::int64_t unserved) {
  const auto which = percentile_name(bound.quantile);
  const auto needed = samples_needed(bound.quantile);
  const auto n = static_cast<std::int64_t>(sorted.size()) + unserved;
  if (n < needed)
    return {false, fmt::format("{} needs {} samples and there are {}", which, needed, n)};
  if (!trial.latency_ms)
    return {false, fmt::format("{} has no end: {} of {} still waited when the load ended", which,
                               unserved, n)};
  auto is = fmt::format("{} is {}", which, milliseconds(*trial.latency_ms));
  const auto upper = upper_bound(sorted, unserved, bound.quantile);
  if (upper && std::isinf(*upper))
    return {false, fmt::format("{}, but may have no end: {} of {} still waited when the load ended",
                               is, unserved, n)};
  if (upper) is += fmt::format(", at most {} with 99 % confidence", milliseconds(*upper));
  const double limit_ms = static_cast<double>(bound.latency->count()) / kNanosecondsPerMillisecond;
  const bool holds = upper.value_or(*trial.latency_ms) <= limit_ms;
  return {holds,
          fmt::format("{}, {} {}", is, holds ? "within" : "over", format_duration(*bound.latency))};
}

Judgement judge_drops(const RateBound& bound, const RateTrial& trial) {
  if (!trial.drop_percent) return {false, "nothing was due"};
  const bool holds = *trial.drop_percent <= *bound.drop_percent;
  return {holds, fmt::format("{:.3g} % were dropped, {} {:.3g} %", *trial.drop_percent,
                             holds ? "within" : "over", *bound.drop_percent)};
}

// A queue drops nothing however far it falls behind, and a percentile may not show it yet.
Judgement judge_backlog(const LoadOutcome& outcome) {
  const auto due = outcome.issued + outcome.unserved;
  if (!is_backlog(outcome.unserved, due)) return {};
  return {false, fmt::format("{} of {} still waited when the load ended", outcome.unserved, due)};
}

// A queue that grows by more than one request while the load lasts goes on growing after it.
Judgement judge_rise(double per_second, std::span<const LoadSample> samples,
                     std::span<const double> sorted) {
  std::vector<TimedValue> course;
  course.reserve(sorted.size());
  for (const auto& sample : samples)
    if (sample.outcome == Outcome::done)
      course.push_back({static_cast<double>(sample.scheduled_ns) / kNanosecondsPerSecond,
                        static_cast<double>(sample.latency_ns()) / kNanosecondsPerMillisecond});
  std::ranges::stable_sort(course, {}, &TimedValue::seconds);
  const auto drifted = drift(course);
  if (drifted.verdict != DriftVerdict::rising || !drifted.percent_over_run) return {};
  const double rise_ms = *drifted.percent_over_run / 100 * quantile(sorted, 0.5);
  if (rise_ms * per_second <= kMillisecondsPerSecond) return {};
  return {false, fmt::format("the latency rose by {} from the begin of the load to its end",
                             milliseconds(rise_ms))};
}

// Allows for the chance of random arrivals and for what is in flight when the load ends.
Judgement judge_pace(double per_second, double seconds, const LoadOutcome& outcome) {
  constexpr double kFew = 10, kShare = 0.01, kDeviations = 3;
  const double expected = per_second * seconds, reached = static_cast<double>(outcome.issued);
  if (expected - reached <= kFew + kShare * expected + kDeviations * std::sqrt(expected)) return {};
  return {false, fmt::format("only {:.4g} a second could be begun or dropped", reached / seconds)};
}

// Why nothing can be said from this load; empty when something can.
std::string unusable(const RateBound& bound, const LoadOutcome& outcome) {
  if (outcome.stopped_by == StopReason::failed || outcome.stopped_by == StopReason::interrupted)
    return outcome.stop_sentence;
  if (!bound.latency && !bound.drop_percent)
    return "there is no bound to hold; give a latency or a share of drops";
  if (bound.latency && !(bound.quantile > 0 && bound.quantile < 1))
    return fmt::format("a quantile of {} cannot be bounded; give one between 0 and 1",
                       bound.quantile);
  if (bound.drop_percent && !(*bound.drop_percent >= 0 && *bound.drop_percent <= 100))
    return fmt::format("a share of {} % cannot bound the drops; give one from 0 to 100",
                       *bound.drop_percent);
  return {};
}

}  // namespace

bool is_backlog(std::int64_t unserved, std::int64_t due) {
  constexpr std::int64_t kFew = 10;
  constexpr double kShare = 0.01;
  return unserved > kFew && static_cast<double>(unserved) > kShare * static_cast<double>(due);
}

RateTrial judge_rate(double per_second, const RateBound& bound, std::span<const LoadSample> samples,
                     const LoadOutcome& outcome) {
  RateTrial trial;
  trial.per_second = per_second;
  const auto sorted = sorted_latencies_ms(samples);
  const auto seconds = std::chrono::duration<double>(outcome.ended - outcome.began).count();
  if (seconds > 0) trial.achieved_per_second = static_cast<double>(outcome.done) / seconds;
  const auto due = outcome.issued + outcome.unserved;
  if (due > 0)
    trial.drop_percent = 100 * static_cast<double>(outcome.dropped) / static_cast<double>(due);
  if (bound.quantile > 0 && bound.quantile < 1)
    trial.latency_ms = quantile_with_endless(sorted, outcome.unserved, bound.quantile);

  trial.reason = unusable(bound, outcome);
  if (!trial.reason.empty()) return trial;
  std::vector<Judgement> judgements;
  if (bound.latency) judgements.push_back(judge_latency(bound, trial, sorted, outcome.unserved));
  if (bound.drop_percent) judgements.push_back(judge_drops(bound, trial));
  judgements.push_back(judge_backlog(outcome));
  judgements.push_back(judge_rise(per_second, samples, sorted));
  judgements.push_back(judge_pace(per_second, seconds, outcome));
  trial.holds = std::ranges::all_of(judgements, &Judgement::holds);
  for (const auto& judgement : judgements) {
    if (judgement.reason.empty() || (!trial.holds && judgement.holds)) continue;  // what broke it
    if (!trial.reason.empty()) trial.reason += "; ";
    trial.reason += judgement.reason;
  }
  return trial;
}

}  // namespace jetmeter
