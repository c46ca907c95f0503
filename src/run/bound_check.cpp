#include "run/bound_check.h"

#include <algorithm>

#include "jetmeter/stats.h"

namespace jetmeter {
namespace {

LoadOutcome outcome_of(const LoadRecord& load, const PassReport& pass) {
  LoadOutcome outcome;
  outcome.ended = Nanoseconds(pass.wall_ns);
  outcome.issued = load.issued;
  outcome.done = load.done;
  outcome.dropped = load.dropped;
  outcome.unserved = load.unserved;
  return outcome;
}

std::vector<LoadSample> load_samples(std::span<const FrameSample> samples) {
  std::vector<LoadSample> all;
  all.reserve(samples.size());
  for (const auto& sample : samples) {
    auto& load = all.emplace_back();
    load.index = sample.index;
    load.scheduled_ns = sample.started_ns;
    load.began_ns = sample.began_ns;
    load.ended_ns = sample.started_ns + sample.latency_ns;
  }
  return all;
}

bool ended_by_its_rules(const LoadRecord& load) {
  return load.stopped_by != name(StopReason::failed) &&
         load.stopped_by != name(StopReason::interrupted);
}

}  // namespace

std::optional<RateTrial> judge_measurement(const SlotData& data) {
  if (!data.spec.bench || !data.spec.bench->find_rate || !data.bench || !data.measure.report)
    return std::nullopt;
  const auto& bound = *data.spec.bench->find_rate;
  const auto& load = data.bench->load;
  if (!load.found_per_second || !ended_by_its_rules(load)) return std::nullopt;
  const auto n = static_cast<std::int64_t>(data.measure.samples.size()) + load.unserved;
  if (bound.latency && n < samples_needed(bound.quantile)) return std::nullopt;
  return judge_rate(*load.found_per_second, bound, load_samples(data.measure.samples),
                    outcome_of(load, *data.measure.report));
}

}  // namespace jetmeter
