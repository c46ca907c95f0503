// Runs with crafted samples, for this module's tests.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "jetmeter/compare.h"
#include "support/sample_record.h"

namespace jetmeter {

// Latencies around `ms` as a slow wave, first-order autocorrelation and a tail make them.
inline std::vector<double> wavy_latencies(std::size_t n, double ms, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal;
  std::exponential_distribution<double> tail(1);
  std::vector<double> out;
  double state = 0;
  for (std::size_t i = 0; i < n; ++i) {
    state = 0.5 * state + 0.008 * normal(random);
    out.push_back(ms * (1 + state + 0.01 * tail(random)));
  }
  return out;
}

// A run of one slot, "rgb", that measured `latencies`.
inline ComparedRun run_of(std::string name, const std::vector<double>& latencies) {
  ComparedRun run{std::move(name), sample_record(), {}};
  run.record.slots.resize(1);
  run.record.run.disturbances.clear();
  run.record.slots[0].statistics->steady = SteadyState::Verdict::steady;
  run.record.slots[0].frames = static_cast<std::int64_t>(latencies.size());
  run.record.slots[0].latency_ms = summarise(latencies);
  auto& samples = run.samples["rgb"];
  samples["latency_ms"] = latencies;
  double now = 0;
  for (std::size_t i = 0; i < latencies.size(); ++i) {
    samples["index"].push_back(static_cast<double>(i));
    samples["started_seconds"].push_back(now);
    samples["stages_ms.infer"].push_back(latencies[i] * 0.875);
    now += latencies[i] / 1000;
  }
  return run;
}

inline const MetricComparison* metric_named(const Comparison& comparison, std::string_view name) {
  for (const auto& metric : comparison.metrics)
    if (metric.name == name) return &metric;
  return nullptr;
}

inline Comparison compared(const ComparedRun& a, const ComparedRun& b,
                           const CompareOptions& options = {}) {
  const std::vector<ComparedRun> runs{a, b};
  auto result = compare(runs, options);
  EXPECT_TRUE(result) << (result ? "" : result.error().what);
  return result ? result->comparisons.at(0) : Comparison{};
}

inline ComparedRun on_other_frames(ComparedRun run) {
  run.record.slots[0].source->location = "elsewhere";
  return run;
}

}  // namespace jetmeter
