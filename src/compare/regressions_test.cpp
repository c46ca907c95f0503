// What of a comparison fails a gate.
#include <gmock/gmock.h>

#include "compare/ratio.h"
#include "jetmeter/compare.h"

namespace jetmeter {
namespace {

MetricComparison metric(std::string name, Better better, RatioInterval ratio) {
  MetricComparison m;
  m.slot = "rgb";
  m.name = std::move(name);
  m.better = better;
  m.a = 100;
  m.b = 100 * ratio.mid;
  m.ratio = ratio;
  m.verdict = judge(ratio, {.higher_is_better = better == Better::higher}).verdict;
  return m;
}

std::vector<std::string> names(const std::vector<MetricComparison>& metrics) {
  std::vector<std::string> out;
  for (const auto& m : metrics) out.push_back(m.name);
  return out;
}

TEST(Regressions, OnlyWhatSurelyLiesBeyond) {
  Comparison c;
  c.metrics = {metric("latency_ms.p50", Better::lower, {1.031, 1.05, 1.07}),
               metric("throughput_fps", Better::higher, {0.94, 0.95, 0.969}),
               metric("latency_ms.p99", Better::lower, {1.5, 1.6, 1.7})};
  EXPECT_THAT(names(regressions(c, 0.03, {})),
              testing::ElementsAre("latency_ms.p50", "throughput_fps"));
  EXPECT_THAT(names(regressions(c, 0.04, {})), testing::IsEmpty());
  const std::vector<std::string> gated{"rgb.latency_ms.p99", "throughput_fps"};
  EXPECT_THAT(names(regressions(c, 0.03, gated)),
              testing::ElementsAre("throughput_fps", "latency_ms.p99"));
  c.metrics = {metric("latency_ms.p50", Better::lower, {1.029, 1.05, 1.07}),
               metric("throughput_fps", Better::higher, {1.2, 1.3, 1.4})};
  EXPECT_THAT(names(regressions(c, 0.03, {})), testing::IsEmpty());
}

TEST(Regressions, WhatCannotBeToldIsNone) {
  Comparison c;
  c.metrics = {metric("latency_ms.p50", Better::lower, {1.031, 1.15, 1.28}),
               metric("throughput_fps", Better::higher, {0.80, 0.87, 0.965})};
  EXPECT_EQ(c.metrics[0].verdict, Verdict::cannot_tell) << "misses 1 by too little";
  EXPECT_EQ(c.metrics[1].verdict, Verdict::cannot_tell);
  EXPECT_THAT(names(regressions(c, 0.03, {})), testing::IsEmpty());
}

TEST(Regressions, AValueThatRepeatsNeedsNoInterval) {
  Comparison c;
  c.metrics = {metric("memory.peak_bytes", Better::lower, {1, 1.04, 1}),
               metric("load_seconds", Better::lower, {1, 1.5, 1})};
  for (auto& m : c.metrics) m.ratio.reset();
  c.metrics[0].repeats_within = 0.02;
  const std::vector<std::string> gated{"memory.peak_bytes", "load_seconds"};
  EXPECT_THAT(names(regressions(c, 0.03, gated)), testing::ElementsAre("memory.peak_bytes"));
  EXPECT_THAT(names(regressions(c, 0.01, gated)), testing::ElementsAre("memory.peak_bytes"));
  EXPECT_THAT(names(regressions(c, 0.05, gated)), testing::IsEmpty());
  c.metrics[0].b = 101.5;
  EXPECT_THAT(names(regressions(c, 0.01, gated)), testing::IsEmpty());
}

}  // namespace
}  // namespace jetmeter
