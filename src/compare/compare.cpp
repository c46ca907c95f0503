#include "jetmeter/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "compare/clock_step.h"
#include "compare/comparable.h"
#include "compare/judged.h"
#include "compare/metrics.h"
#include "compare/ratio.h"
#include "compare/slots.h"

namespace jetmeter {
namespace {

constexpr std::array<std::string_view, 3> kUsualGates{"latency_ms.p50", "throughput_fps",
                                                      "memory.peak_bytes"};

// The fixed work that both workers did beside their models. Below this it says nothing.
constexpr double kSameSpeed = 0.06;
// A model may feel another state of the machine so much more than the fixed work does.
constexpr double kMoreFelt = 2;

// A machine that was in another state (clocks, a neighbour on the same hardware) tells of itself,
// not of the model.
struct SpeedChange {
  double most = 1;  // the largest ratio of the fixed work's times, of both runs
  std::string reason{};

  bool explains(double ratio) const {
    return most > 1 + kSameSpeed && std::abs(std::log(ratio)) < kMoreFelt * std::log(most);
  }
};

SpeedChange speed_change(const SlotRecord& a, const SlotRecord& b) {
  if (a.speed_probe_ms.empty() || b.speed_probe_ms.empty()) return {};
  auto all = a.speed_probe_ms;
  all.insert(all.end(), b.speed_probe_ms.begin(), b.speed_probe_ms.end());
  const auto [least, most] = std::ranges::minmax(all);
  if (!(least > 0)) return {};
  return {
      most / least,
      fmt::format("the machine was not in one state: beside the model, fixed work took {:.2f} to "
                  "{:.2f} ms",
                  least, most)};
}

// What other guests of a virtual machine's host take of one run and not of the other: 39 % between
// eight runs of one model within half a minute. No interval of one run knows of it.
constexpr double kGuestsTake = 0.50;

bool is_guest(const ComparedRun& run) {
  return run.record.machine.virtual_machine.value_or(false);
}

std::string only_a_guests(double ratio) {
  if (std::abs(std::log(ratio)) > std::log1p(kGuestsTake)) return "";
  return fmt::format(
      "one run a side on a virtual machine, which its host can slow by {:.0f} % unseen: runs in "
      "turn tell (--ab)",
      100 * kGuestsTake);
}

// Two slots that belong together, as a metric looks at them.
struct Sides {
  ComparedSlot a, b;
  bool same_frames = false;
  std::string disturbed{};  // why nothing is said of speed; empty: nothing stands against it
  SpeedChange speed{};
  bool on_guest = false;
  std::string refuted{};  // why a side's samples are left out; empty: none were
};

// Frames that both have a number for, in step; or each side's own numbers.
struct Frames {
  std::vector<double> a, b;
  bool paired = false;
  TwoSamples view() const { return {a, b, paired}; }
};

Frames frames_of(const Sides& sides, std::string_view key) {
  Frames out;
  if (!sides.same_frames) {
    out.a = samples_of(sides.a, key);
    out.b = samples_of(sides.b, key);
    return out;
  }
  out.paired = true;
  const auto a = sides.a.samples->find(key), b = sides.b.samples->find(key);
  if (a == sides.a.samples->end() || b == sides.b.samples->end()) return out;
  for (std::size_t i = 0; i < std::min(a->second.size(), b->second.size()); ++i) {
    if (!std::isfinite(a->second[i]) || !std::isfinite(b->second[i])) continue;
    out.a.push_back(a->second[i]);
    out.b.push_back(b->second[i]);
  }
  return out;
}

// Frames per second is the inverse of the mean gap between frames.
std::optional<RatioInterval> throughput_ratio(const Sides& sides, const RatioOptions& options) {
  const auto a = gaps_of(sides.a), b = gaps_of(sides.b);
  const auto gaps = mean_ratio({b, a, false}, options);
  return gaps;  // mean gap of a over that of b
}

// Around the ratio of the values that stand beside it.
void center(RatioInterval& ratio, double mid) {
  ratio.low *= mid / ratio.mid;
  ratio.high *= mid / ratio.mid;
  ratio.mid = mid;
}

void judge_one_value(MetricComparison& row, const Metric& metric, const CompareOptions& options) {
  row.repeats_within = metric.repeats_within;
  const double ratio = *row.b / *row.a;
  const double least = std::max(options.least_difference, metric.repeats_within);
  const bool more = ratio > 1 + least, less = ratio < 1 - least;
  const bool better = row.better == Better::lower ? less : more;
  row.verdict = !more && !less ? Verdict::same : better ? Verdict::faster : Verdict::slower;
  row.reason = fmt::format("one value a side, judged by {:.3g} %", 100 * least);
}

std::string without_interval(const Metric& metric, const Sides& sides) {
  if (metric.evidence == Evidence::one_value) return "one value a side";
  if (!sides.refuted.empty()) return sides.refuted;
  const bool paced = metric.evidence == Evidence::throughput;
  const auto count = [&](const ComparedSlot& slot) {
    return paced ? gaps_of(slot).size() : samples_of(slot, metric.from).size();
  };
  const auto fewest = std::min(count(sides.a), count(sides.b));
  if (fewest == 0) return "one value a side: there are no raw samples";
  return fmt::format("{} samples are too few for an interval", fewest);
}

std::optional<RatioInterval> ratio_of(const Metric& metric, const TwoSamples& frames,
                                      const RatioOptions& options) {
  if (metric.evidence == Evidence::mean) return mean_ratio(frames, options);
  if (metric.q == 0.5 && !frames.paired) return unpaired_ratio(frames.a, frames.b, options);
  return quantile_ratio(frames, metric.q, options);
}

// Why a difference may be the machine's and not the model's; empty: it is the model's.
std::string doubt_of(double ratio, const Sides& sides) {
  if (!sides.disturbed.empty()) return sides.disturbed;
  if (sides.speed.explains(ratio)) return sides.speed.reason;
  return sides.on_guest ? only_a_guests(ratio) : "";
}

void compare_samples(MetricComparison& row, const Metric& metric, const Sides& sides,
                     const CompareOptions& options) {
  const auto how = ratio_options(options);
  if (metric.evidence == Evidence::throughput) {
    row.ratio = throughput_ratio(sides, how);
  } else {
    const auto frames = frames_of(sides, metric.from);
    row.paired = frames.paired;
    row.ratio = ratio_of(metric, frames.view(), how);
  }
  if (!row.ratio) {
    row.paired = false;
    row.reason = without_interval(metric, sides);
    return;
  }
  center(*row.ratio, *row.b / *row.a);
  take_verdict(row, clock_step_ms(metric, *sides.a.record, *sides.b.record), options);
  const auto doubt = doubt_of(*row.b / *row.a, sides);
  row.disturbed = !doubt.empty();
  if (!row.disturbed) return;
  row.verdict = Verdict::cannot_tell;
  row.reason = doubt;
}

std::optional<std::string> cannot_be_compared(const MetricComparison& row) {
  if (!row.a || !row.b) return fmt::format("{} has no such value", row.a ? "b" : "a");
  for (const auto& [side, value] : {std::pair{"a", *row.a}, std::pair{"b", *row.b}})
    if (value < 0)
      return fmt::format("{} has {:.4g}: a record with a value below 0 is damaged", side, value);
  if (!(*row.a > 0) || !(*row.b > 0)) return "a value of 0 has no ratio";
  return std::nullopt;
}

MetricComparison compare_metric(const Metric& metric, const Sides& sides, const std::string& slot,
                                const CompareOptions& options) {
  MetricComparison row{slot, metric.name, metric.better, value_of(metric, sides.a),
                       value_of(metric, sides.b)};
  if (const auto why = cannot_be_compared(row)) {
    row.reason = *why;
  } else if (metric.evidence == Evidence::one_value) {
    row.reason = without_interval(metric, sides);
  } else if (metric.evidence != Evidence::repeats) {
    compare_samples(row, metric, sides, options);
  } else if (metric.name == "accuracy.map50" && !sides.same_frames) {
    row.reason = "not known to be of the same frames";
  } else {
    judge_one_value(row, metric, options);
  }
  return row;
}

// A run on the move has a median, but not one that the next run would have.
std::optional<std::string> unrest_of(const SlotRecord& slot) {
  if (!slot.statistics) return std::nullopt;
  const auto verdict = slot.statistics->steady;
  if (verdict != SteadyState::Verdict::unsteady && verdict != SteadyState::Verdict::settled_late)
    return std::nullopt;
  return fmt::format("the run was not steady: {}", slot.statistics->steady_reason);
}

std::string why_disturbed(const ComparedRun& a, const ComparedRun& b, const SlotPair& slots) {
  if (const auto why = disturbance_of(a, *slots.a)) return "a: " + *why;
  if (const auto why = disturbance_of(b, *slots.b)) return "b: " + *why;
  if (const auto why = unrest_of(*slots.a)) return "a: " + *why;
  if (const auto why = unrest_of(*slots.b)) return "b: " + *why;
  return "";
}

std::string why_refuted(const ComparedRun& a, const ComparedRun& b, const SlotPair& slots) {
  const auto of_a = a.refuted.find(slots.a->name), of_b = b.refuted.find(slots.b->name);
  if (of_a != a.refuted.end()) return "a: " + of_a->second;
  return of_b != b.refuted.end() ? "b: " + of_b->second : "";
}

Comparison compare_two(const ComparedRun& a, const ComparedRun& b, const CompareOptions& options) {
  Comparison out{a.name, b.name, 0, {}};
  for (const auto& slots : slots_in_common(a.record, b.record)) {
    const Sides sides{{*slots.a, samples_of_slot(a, slots.a->name)},
                      {*slots.b, samples_of_slot(b, slots.b->name)},
                      same_frames(a, b, slots),
                      options.force ? "" : why_disturbed(a, b, slots),
                      options.force ? SpeedChange{} : speed_change(*slots.a, *slots.b),
                      !options.force && (is_guest(a) || is_guest(b)),
                      why_refuted(a, b, slots)};
    for (const auto& metric : metrics_of(sides.a, sides.b))
      out.metrics.push_back(compare_metric(metric, sides, slots.name, options));
  }
  return out;
}

}  // namespace

Result<CompareResult> compare(std::span<const ComparedRun> runs, const CompareOptions& options) {
  if (runs.size() < 2) return fail("a comparison needs two runs; name a second one");
  const auto& baseline = runs.front();
  for (const auto& run : runs.subspan(1))
    if (auto ok = check_slots(baseline, run); !ok) return tl::make_unexpected(ok.error());
  CompareResult out{differences(runs), {}, complaints_of(runs)};
  if (auto ok = check_comparable(out.differences, options); !ok)
    return tl::make_unexpected(ok.error());
  for (const auto& run : runs.subspan(1))
    out.comparisons.push_back(compare_two(baseline, run, options));
  return out;
}

std::span<const std::string_view> usual_gates() {
  return kUsualGates;
}

bool is_gate_of(std::string_view gate, const MetricComparison& metric) {
  return gate == metric.name || gate == metric.slot + "." + metric.name;
}

std::vector<MetricComparison> regressions(const Comparison& comparison, double tolerance,
                                          std::span<const std::string> gated) {
  const auto is_gated = [&](const MetricComparison& metric) {
    const auto here = [&](std::string_view gate) { return is_gate_of(gate, metric); };
    return gated.empty() ? std::ranges::any_of(kUsualGates, here)
                         : std::ranges::any_of(gated, here);
  };
  const auto surely_worse = [&](const MetricComparison& m) {
    if (m.ratio) {
      const auto& r = *m.ratio;
      const bool beyond =
          m.better == Better::lower ? r.low > 1 + tolerance : r.high < 1 - tolerance;
      return beyond && m.verdict == Verdict::slower;
    }
    if (!m.repeats_within || !m.a || !m.b) return false;
    const double least = std::max(tolerance, *m.repeats_within);
    return m.better == Better::lower ? *m.b > *m.a * (1 + least) : *m.b < *m.a * (1 - least);
  };
  std::vector<MetricComparison> out;
  for (const auto& metric : comparison.metrics)
    if (is_gated(metric) && surely_worse(metric)) out.push_back(metric);
  return out;
}

}  // namespace jetmeter
