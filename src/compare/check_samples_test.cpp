#include "compare/check_samples.h"

#include <gmock/gmock.h>

#include <limits>

#include "compare/test_runs.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<double> one_to(int n) {
  std::vector<double> values;
  for (int i = 1; i <= n; ++i) values.push_back(i);
  return values;
}

// A run whose record was made of 1 ms to `n` ms.
ComparedRun made_of(int n) {
  return run_of("x", one_to(n));
}

ComparedRun checked(ComparedRun run, const std::vector<double>& latencies,
                    const FrameFile& file = {}) {
  run.samples["rgb"]["latency_ms"] = latencies;
  check_samples(run, file);
  return run;
}

TEST(CheckSamples, HasNothingToSayOfTheRecordsOwn) {
  for (const int n : {1, 2, 9, 20, 101}) {
    auto run = made_of(n);
    run.samples["rgb"]["latency_ms"].push_back(std::numeric_limits<double>::quiet_NaN());
    check_samples(run, {n, 0, 0});
    EXPECT_THAT(run.complaints, IsEmpty()) << n;
    EXPECT_THAT(run.refuted, IsEmpty()) << n;
    EXPECT_EQ(run.samples.count("rgb"), 1U) << n;
  }
}

TEST(CheckSamples, NamesTheLinesThatAreNoFrames) {
  const auto run = checked(made_of(20), one_to(20), {21, 1, 7});
  EXPECT_THAT(run.complaints,
              ElementsAre("1 of the 21 lines of frames.jsonl is no frame, the first is line 7"));
  EXPECT_EQ(run.samples.count("rgb"), 1U) << "the others are all there";
}

TEST(CheckSamples, WhatBadLinesLeaveIsNotTheRun) {
  const auto run = checked(made_of(21), one_to(20), {21, 1, 21});
  EXPECT_EQ(run.samples.count("rgb"), 0U);
  EXPECT_EQ(run.refuted.at("rgb"), "frames.jsonl has 20 of its latencies where report.json has 21");
  EXPECT_THAT(run.complaints,
              ElementsAre(HasSubstr("line 21"), HasSubstr("rgb: frames.jsonl has")));
}

TEST(CheckSamples, AFileThatBreaksOffIsToldAndTaken) {
  const auto run = checked(made_of(21), one_to(15));
  EXPECT_THAT(run.complaints, ElementsAre("rgb: frames.jsonl breaks off after 15 of 21 latencies"));
  EXPECT_THAT(run.refuted, IsEmpty());
  EXPECT_THAT(checked(made_of(21), {1}).refuted, IsEmpty());
}

TEST(CheckSamples, RefutesWhatTheMissingOnesCannotExplain) {
  // The median of 21 is 11: with 15 known, 6 missing ones leave it between the 5th and the 11th.
  auto low = one_to(15);
  for (auto& latency : low) latency /= 2;
  const auto run = checked(made_of(21), low);
  EXPECT_EQ(run.refuted.at("rgb"),
            "the median of its latencies in frames.jsonl is 4 ms where report.json has 11 ms");
  auto high = one_to(15);
  for (auto& latency : high) latency += 7;
  EXPECT_EQ(checked(made_of(21), high).refuted.size(), 1U);
}

TEST(CheckSamples, RefutesMoreOrOtherLatencies) {
  EXPECT_THAT(checked(made_of(20), one_to(21)).refuted.at("rgb"), HasSubstr("21 of its latencies"));
  auto other = one_to(20);
  other.back() = 200;  // the median is as it was
  EXPECT_EQ(checked(made_of(20), other).refuted.at("rgb"),
            "the mean of its latencies in frames.jsonl is 19.5 ms where report.json has 10.5 ms");
}

TEST(CheckSamples, ARecordOfFewerDigitsIsTheSame) {
  auto run = made_of(20);
  run.record.slots[0].latency_ms.mean = 10.5000004;
  check_samples(run, {});
  EXPECT_THAT(run.complaints, IsEmpty());
}

TEST(Complaints, BeginWithTheRun) {
  auto run = made_of(3);
  run.complaints = {"it is damaged"};
  EXPECT_THAT(complaints_of(std::vector{made_of(3), run}), ElementsAre("x: it is damaged"));
}

}  // namespace
}  // namespace jetmeter
