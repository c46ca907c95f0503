#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "compare/clock_step.h"
#include "compare/comparable.h"
#include "compare/judged.h"
#include "compare/metrics.h"
#include "compare/slots.h"

namespace jetmeter {
namespace {

bool took_turns(const ComparedRun& run) {
  return std::ranges::any_of(run.record.slots, [](const SlotRecord& slot) {
    return slot.load && slot.load->turns.value_or(0) > 0;
  });
}

ComparedSlot slot_in(const ComparedRun& run, const SlotRecord& slot) {
  const auto first = run.first_start.find(slot.name);
  return {slot, samples_of_slot(run, slot.name),
          first == run.first_start.end() ? std::nullopt : std::optional(first->second)};
}

RoundMetric round_metric(const Metric& metric, const ComparedSlot& a, const ComparedSlot& b,
                         const std::string& slot) {
  RoundMetric out{slot, metric.name, metric.better, value_of(metric, a), value_of(metric, b)};
  if (!out.a || !out.b || !(*out.a > 0) || !(*out.b > 0)) return out;
  out.clock_step_ms = clock_step_ms(metric, *a.record, *b.record);
  out.ratio = ratio_in_turn(metric, a, b).value_or(*out.b / *out.a);
  return out;
}

// Of the rounds that have the metric on both sides.
struct RoundValues {
  std::vector<double> a, b, ratios;
  double clock_step_ms = 0;
};

RoundValues values_of(const RoundMetric& metric, std::span<const ComparedRound> rounds) {
  RoundValues out;
  for (const auto& round : rounds)
    for (const auto& same : round.metrics) {
      if (same.slot != metric.slot || same.name != metric.name || !same.ratio) continue;
      out.a.push_back(*same.a);
      out.b.push_back(*same.b);
      out.ratios.push_back(*same.ratio);
      out.clock_step_ms = std::max(out.clock_step_ms, same.clock_step_ms);
    }
  return out;
}

double median_of(std::vector<double> values) {
  std::ranges::sort(values);
  return quantile(values, 0.5);
}

MetricComparison compare_round_values(const RoundMetric& metric,
                                      std::span<const ComparedRound> rounds,
                                      const CompareOptions& options) {
  MetricComparison row;
  row.slot = metric.slot;
  row.name = metric.name;
  row.better = metric.better;
  const auto values = values_of(metric, rounds);
  if (values.a.empty()) {
    row.reason = "no round has it on both sides";
    return row;
  }
  row.a = median_of(values.a);
  row.b = median_of(values.b);
  row.paired = true;
  row.ratio = median_of_ratios(values.ratios, ratio_options(options));
  if (row.ratio)
    take_verdict(row, values.clock_step_ms, options);
  else
    row.reason = fmt::format("{} {} too few for an interval, which takes 4", values.a.size(),
                             values.a.size() == 1 ? "round is" : "rounds are");
  return row;
}

}  // namespace

Result<ComparedRound> compare_round(const ComparedRun& a, const ComparedRun& b,
                                    const CompareOptions& options) {
  if (auto ok = check_slots(a, b); !ok) return tl::make_unexpected(ok.error());
  ComparedRound out{a.name, b.name, took_turns(a) && took_turns(b)};
  const std::array<ComparedRun, 2> both{ComparedRun{a.name, a.record, {}},
                                        ComparedRun{b.name, b.record, {}}};
  out.differences = differences(both);
  if (auto ok = check_comparable(out.differences, options); !ok)
    return tl::make_unexpected(ok.error());
  for (const auto& slots : slots_in_common(a.record, b.record)) {
    const auto of_a = slot_in(a, *slots.a), of_b = slot_in(b, *slots.b);
    for (const auto& metric : metrics_of(of_a, of_b))
      out.metrics.push_back(round_metric(metric, of_a, of_b, slots.name));
  }
  return out;
}

Result<Comparison> compare_rounds(std::span<const ComparedRound> rounds,
                                  const CompareOptions& options) {
  if (rounds.empty()) return fail("a comparison of rounds needs at least one");
  const auto& first = rounds.front();
  Comparison out{first.a, first.b, static_cast<std::int64_t>(rounds.size())};
  out.in_turn = std::ranges::all_of(rounds, &ComparedRound::in_turn);
  for (const auto& metric : first.metrics)
    out.metrics.push_back(compare_round_values(metric, rounds, options));
  return out;
}

Result<Comparison> compare_rounds(std::span<const ComparedRun> a, std::span<const ComparedRun> b,
                                  const CompareOptions& options) {
  if (a.empty() || a.size() != b.size())
    return fail("a comparison of rounds needs as many runs on both sides, and at least one");
  std::vector<ComparedRound> rounds;
  for (std::size_t i = 0; i < a.size(); ++i) {
    auto round = compare_round(a[i], b[i], options);
    if (!round) return tl::make_unexpected(round.error());
    rounds.push_back(std::move(*round));
  }
  return compare_rounds(rounds, options);
}

}  // namespace jetmeter
