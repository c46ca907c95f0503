#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "jetmeter/load.h"
#include "jetmeter/stats.h"
#include "load/work_alone.h"

namespace jetmeter {
namespace {

constexpr double kNanosecondsPerMillisecond = 1e6;
constexpr double kNanosecondsPerSecond = 1e9;
constexpr double kMillisecondsPerSecond = 1e3;

struct Judgement {
  bool holds = true;
  std::string reason;
  std::int64_t wants = 0;  // samples, where so many might hold it
};

double seconds_of(const LoadOutcome& outcome) {
  return std::chrono::duration<double>(outcome.ended - outcome.began).count();
}

// "p99", "p99.9", "p50".
std::string percentile_name(double q) {
  return fmt::format("p{:.6g}", 100 * q);
}

// Of what was done.
struct Latencies {
  std::vector<TimedValue> course;  // ms, in the order in which it was due
  std::vector<double> sorted;      // ms, ascending
};

Latencies latencies_of(std::span<const LoadSample> samples) {
  Latencies found;
  found.course.reserve(samples.size());
  for (const auto& sample : samples)
    if (sample.outcome == Outcome::done)
      found.course.push_back(
          {static_cast<double>(sample.scheduled_ns) / kNanosecondsPerSecond,
           static_cast<double>(sample.latency_ns()) / kNanosecondsPerMillisecond});
  std::ranges::stable_sort(found.course, {}, &TimedValue::seconds);
  found.sorted.resize(found.course.size());
  std::ranges::transform(found.course, found.sorted.begin(), &TimedValue::value);
  std::ranges::sort(found.sorted);
  return found;
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

constexpr double kEndless = std::numeric_limits<double>::infinity();

// With 99 % confidence the quantile is at most this, as MLPerf's early stopping has it, but for as
// many samples as these are worth: latencies behind a queue follow one another.
struct UpperBound {
  std::optional<double> ms;  // infinite where work without an end would be needed
  std::int64_t worth = 0, needs = 0;
};

UpperBound upper_bound(const Latencies& latencies, std::int64_t endless, double q) {
  const auto n = latencies.sorted.size() + static_cast<std::size_t>(endless);
  std::vector<double> sorted = latencies.sorted, in_time_order(latencies.course.size());
  std::ranges::transform(latencies.course, in_time_order.begin(), &TimedValue::value);
  sorted.resize(n, kEndless);
  in_time_order.resize(n, kEndless);
  const double worth = effective_n(in_time_order, sorted, q);
  const auto found = conservative_quantile(sorted, q, worth);
  return {found.estimate, static_cast<std::int64_t>(worth), found.needs};
}

std::string milliseconds(double ms) {
  return format_duration(Nanoseconds(std::llround(ms * kNanosecondsPerMillisecond)));
}

struct LatencyCase {
  const RateBound& bound;
  const Latencies& latencies;
  std::int64_t unserved = 0;
  double quantile_ms = 0;

  std::int64_t n() const { return static_cast<std::int64_t>(latencies.sorted.size()) + unserved; }
  double limit_ms() const {
    return static_cast<double>(bound.latency->count()) / kNanosecondsPerMillisecond;
  }
};

// The quantile is within the limit, and too few samples say so.
Judgement judge_unconfirmed(const LatencyCase& of, const std::string& is, const UpperBound& upper) {
  constexpr double kFar = 0.5, kMargin = 1.25;
  const auto limit = format_duration(*of.bound.latency);
  const double longest = of.unserved > 0 ? kEndless : of.latencies.sorted.back();
  if (of.n() >= upper.needs && longest <= kFar * of.limit_ms())
    return {true, fmt::format("{}, and the longest took {}, far within {}", is,
                              milliseconds(longest), limit)};
  const auto n = static_cast<double>(of.n());
  const auto few = upper.worth < of.n()
                       ? fmt::format("{} samples, worth {} independent ones,", of.n(), upper.worth)
                       : fmt::format("{} samples", of.n());
  const double wants = kMargin * n * static_cast<double>(upper.needs) /
                       static_cast<double>(std::max<std::int64_t>(upper.worth, 1));
  return {false,
          fmt::format("{}, within {}, but {} are too few to confirm it: {} would", is, limit, few,
                      upper.needs),
          std::llround(wants)};
}

Judgement judge_latency(const RateBound& bound, const RateTrial& trial, const Latencies& latencies,
                        std::int64_t unserved) {
  const LatencyCase of{bound, latencies, unserved, trial.latency_ms.value_or(0)};
  const auto which = percentile_name(bound.quantile);
  if (of.n() < samples_needed(bound.quantile))
    return {false, fmt::format("{} needs {} samples and there are {}", which,
                               conservative_rank(0, bound.quantile).needs, of.n())};
  const auto no_end = fmt::format("{} of {} still waited when the load ended", unserved, of.n());
  if (!trial.latency_ms) return {false, fmt::format("{} has no end: {}", which, no_end)};
  auto is = fmt::format("{} is {}", which, milliseconds(of.quantile_ms));
  const auto upper = upper_bound(latencies, unserved, bound.quantile);
  if (!upper.ms && of.quantile_ms <= of.limit_ms()) return judge_unconfirmed(of, is, upper);
  if (upper.ms && std::isinf(*upper.ms))
    return {false, fmt::format("{}, but may have no end: {}", is, no_end)};
  if (upper.ms) is += fmt::format(", at most {} with 99 % confidence", milliseconds(*upper.ms));
  const bool holds = upper.ms.value_or(of.quantile_ms) <= of.limit_ms();
  return {holds,
          fmt::format("{}, {} {}", is, holds ? "within" : "over", format_duration(*bound.latency))};
}

constexpr double kAll = 100;  // percent

// Of all; a share of drops below a millionth is taken for one.
double share_kept(double percent) {
  constexpr double kLeast = 1e-4;
  return 1 - std::max(percent, kLeast) / kAll;
}

// The least that confirms a share of drops.
std::int64_t drops_needed(double percent) {
  return percent >= kAll ? 1 : conservative_rank(0, share_kept(percent)).needs;
}

// Of so many: where no more were dropped, the true share is within `percent` with 99 % confidence.
// The rule for latencies, with a drop for one without an end.
std::int64_t drops_allowed(std::int64_t due, double percent) {
  return percent >= kAll ? due : conservative_rank(due, share_kept(percent)).from_top;
}

// So many, where the share stayed as it is, would confirm it; at most 64 times as many.
std::int64_t due_to_confirm(std::int64_t due, std::int64_t dropped, double percent) {
  constexpr std::int64_t kMostTimes = 64;
  std::int64_t times = 2;
  while (times < kMostTimes && drops_allowed(times * due, percent) < times * dropped) times *= 2;
  return std::max(times * due, drops_needed(percent));
}

Judgement judge_drops(const RateBound& bound, const RateTrial& trial, const LoadOutcome& outcome) {
  if (!trial.drop_percent) return {false, "nothing was due"};
  const auto due = outcome.issued + outcome.unserved;
  const double limit = *bound.drop_percent;
  if (*trial.drop_percent > limit)
    return {false, fmt::format("{:.3g} % were dropped, over {:.3g} %", *trial.drop_percent, limit)};
  const auto within =
      fmt::format("{:.3g} % of {} were dropped, within {:.3g} %", *trial.drop_percent, due, limit);
  const auto allowed = drops_allowed(due, limit), needed = drops_needed(limit);
  if (due >= needed && outcome.dropped <= allowed) return {true, within + " with 99 % confidence"};
  const auto few = due < needed ? fmt::format("{} are too few to confirm it: {} would", due, needed)
                                : fmt::format("no more than {} may be to confirm it", allowed);
  return {false, fmt::format("{}, but {}", within, few),
          due_to_confirm(due, outcome.dropped, limit)};
}

// A queue drops nothing however far it falls behind, and a percentile may not show it yet.
Judgement judge_backlog(const LoadOutcome& outcome) {
  const auto due = outcome.issued + outcome.unserved;
  if (!is_backlog(outcome.unserved, due)) return {};
  return {false, fmt::format("{} of {} still waited when the load ended", outcome.unserved, due)};
}

// A queue that grows by more than one request while the load lasts goes on growing after it.
Judgement judge_rise(double per_second, const Latencies& latencies) {
  const auto drifted = drift(latencies.course);
  if (drifted.verdict != DriftVerdict::rising || !drifted.percent_over_run) return {};
  const double rise_ms = *drifted.percent_over_run / 100 * quantile(latencies.sorted, 0.5);
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
  if (bound.drop_percent && !(*bound.drop_percent > 0 && *bound.drop_percent <= kAll))
    return fmt::format("a share of {} % cannot bound the drops; give one above 0, at most 100",
                       *bound.drop_percent);
  return {};
}

}  // namespace

bool is_backlog(std::int64_t unserved, std::int64_t due) {
  constexpr std::int64_t kFew = 10;
  constexpr double kShare = 0.01;
  return unserved > kFew && static_cast<double>(unserved) > kShare * static_cast<double>(due);
}

std::int64_t samples_to_confirm(const RateBound& bound) {
  std::int64_t count = 1;
  if (bound.latency && bound.quantile > 0 && bound.quantile < 1)
    count = conservative_rank(0, bound.quantile).needs;
  if (bound.drop_percent && *bound.drop_percent > 0)
    count = std::max(count, drops_needed(*bound.drop_percent));
  return count;
}

namespace {

RateTrial numbers_of(double per_second, const RateBound& bound, const Latencies& latencies,
                     const LoadOutcome& outcome) {
  RateTrial trial;
  trial.per_second = per_second;
  const auto seconds = seconds_of(outcome);
  if (seconds > 0) trial.achieved_per_second = static_cast<double>(outcome.done) / seconds;
  const auto due = outcome.issued + outcome.unserved;
  if (due > 0)
    trial.drop_percent = kAll * static_cast<double>(outcome.dropped) / static_cast<double>(due);
  if (bound.quantile > 0 && bound.quantile < 1)
    trial.latency_ms = quantile_with_endless(latencies.sorted, outcome.unserved, bound.quantile);
  return trial;
}

// A lower rate needs no trial where this is so.
void add_work_alone(RateTrial& trial, const RateBound& bound, std::span<const LoadSample> samples) {
  if (trial.holds) return;
  const auto why = too_slow_alone(trial.per_second, bound, samples);
  if (why.empty()) return;
  trial.at_any_rate = true;
  trial.reason += "; " + why;
}

}  // namespace

RateTrial judge_rate(double per_second, const RateBound& bound, std::span<const LoadSample> samples,
                     const LoadOutcome& outcome) {
  const auto latencies = latencies_of(samples);
  auto trial = numbers_of(per_second, bound, latencies, outcome);
  trial.reason = unusable(bound, outcome);
  if (!trial.reason.empty()) return trial;
  std::vector<Judgement> judgements;
  if (bound.latency) judgements.push_back(judge_latency(bound, trial, latencies, outcome.unserved));
  if (bound.drop_percent) judgements.push_back(judge_drops(bound, trial, outcome));
  judgements.push_back(judge_backlog(outcome));
  judgements.push_back(judge_rise(per_second, latencies));
  judgements.push_back(judge_pace(per_second, seconds_of(outcome), outcome));
  trial.holds = std::ranges::all_of(judgements, &Judgement::holds);
  bool open = !trial.holds;
  for (const auto& judgement : judgements) {
    if (!judgement.holds && judgement.wants == 0) open = false;
    if (judgement.reason.empty() || (!trial.holds && judgement.holds)) continue;  // what broke it
    if (!trial.reason.empty()) trial.reason += "; ";
    trial.reason += judgement.reason;
  }
  if (open) trial.wants = std::ranges::max(judgements, {}, &Judgement::wants).wants;
  add_work_alone(trial, bound, samples);
  return trial;
}

RateAllowance allowance(const RateBound& bound, std::int64_t most) {
  const auto all = std::numeric_limits<std::int64_t>::max();
  RateAllowance allowed{all, all};
  if (bound.latency) {
    const auto needs = conservative_rank(0, bound.quantile).needs;
    allowed.over = conservative_rank(std::max(most, needs), bound.quantile).from_top - 1;
  }
  if (bound.drop_percent)
    allowed.dropped =
        drops_allowed(std::max(most, drops_needed(*bound.drop_percent)), *bound.drop_percent);
  return allowed;
}

RateTrial judge_lost(double per_second, const RateBound& bound, std::span<const LoadSample> samples,
                     const LoadOutcome& outcome, const RateAllowance& allowed) {
  auto trial = numbers_of(per_second, bound, latencies_of(samples), outcome);
  trial.latency_ms.reset();  // of a trial that was cut short
  const auto over = std::ranges::count_if(samples, [&](const LoadSample& sample) {
    return bound.latency && sample.outcome == Outcome::done &&
           sample.latency_ns() > bound.latency->count();
  });
  if (over > allowed.over)
    trial.reason = fmt::format("ended early: {} of {} took longer than {}, and {} allows {}", over,
                               outcome.done, format_duration(*bound.latency),
                               percentile_name(bound.quantile), allowed.over);
  if (outcome.dropped > allowed.dropped)
    trial.reason += fmt::format("{}{} of {} were dropped, and {:.3g} % allows {}",
                                trial.reason.empty() ? "ended early: " : "; ", outcome.dropped,
                                outcome.issued, bound.drop_percent.value_or(0), allowed.dropped);
  add_work_alone(trial, bound, samples);
  return trial;
}

}  // namespace jetmeter
