// What the Memory Safety Summary says in each way that a limit can end, in text and in Markdown.
#include <gmock/gmock.h>

#include <algorithm>

#include "jetmeter/report.h"

namespace jetmeter {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::uint64_t kMiB = 1024 * 1024;
const WallTime kNoon =
    WallTime(std::chrono::sys_days(std::chrono::year(2026) / 1 / 31) + std::chrono::hours(12));

MemoryRecord held(std::uint64_t peak_mib, std::string enforcement, std::string mechanism) {
  MemoryRecord memory;
  memory.limit_bytes = 60 * kMiB;
  memory.enforcement = std::move(enforcement);
  memory.mechanism = std::move(mechanism);
  memory.peak_bytes = peak_mib * kMiB;
  memory.within_limit = true;
  return memory;
}

ViolationRecord violation(ViolationKind kind, std::string phase) {
  ViolationRecord record;
  record.began = kNoon;
  record.phase = std::move(phase);
  record.kind = kind;
  return record;
}

std::string render(std::string_view name, MemoryRecord memory) {
  Record record;
  record.slots.resize(1);
  record.slots[0].name = "rgb";
  record.slots[0].memory = std::move(memory);
  const auto* format = *std::ranges::find(formats(), name, [](const Format* f) { return f->name; });
  return format->render(record, {});
}

template <typename Matcher>
void expect_in_both(const MemoryRecord& memory, const Matcher& matcher) {
  for (const auto* name : {"text", "markdown"}) EXPECT_THAT(render(name, memory), matcher) << name;
}

TEST(MemorySection, WithoutALimitNothingIsJudged) {
  MemoryRecord memory;
  memory.peak_bytes = 70 * kMiB;
  expect_in_both(memory, AllOf(HasSubstr("70.0 MiB"), Not(HasSubstr("rgb: nobody")),
                               Not(HasSubstr("over the limit by"))));
}

TEST(MemorySection, AWatchedLimitTellsEveryPhaseThatPassedIt) {
  auto memory = held(90, "unavailable", "that was not asked for");
  memory.within_limit = false;
  auto mark = violation(ViolationKind::high_water_mark, "load");
  mark.seconds = 0.8;
  mark.peak_bytes = 63 * kMiB;
  mark.over_bytes = 3 * kMiB;
  auto read = violation(ViolationKind::readings, "measure");
  read.seconds = 2;
  read.peak_bytes = 90 * kMiB;
  read.over_bytes = 30 * kMiB;
  memory.violations = {mark, read};
  expect_in_both(
      memory,
      AllOf(HasSubstr("rgb: nobody enforced the limit: that was not asked for."),
            HasSubstr("rgb: over the limit by 3.00 MiB after 2026-01-31T12:00:00.000000Z in phase "
                      "load, which took 0.8 s, between two readings."),
            HasSubstr("rgb: over the limit by 30.0 MiB at 2026-01-31T12:00:00.000000Z in phase "
                      "measure, for 2.0 s.")));
}

TEST(MemorySection, AKillIsTheKernelsAndNotAFootprintsExcess) {
  auto memory = held(63, "hard", "cgroup v2 memory.max");
  memory.within_limit = false;
  memory.charged_peak_bytes = 60 * kMiB;
  memory.violations = {violation(ViolationKind::killed, "first")};
  expect_in_both(memory,
                 AllOf(HasSubstr("rgb: the kernel killed the worker at 2026-01-31T12:00:00.000000Z "
                                 "in phase first, at its limit; 60.0 MiB were charged to its "
                                 "group at most."),
                       HasSubstr("cgroup v2 memory.max holds what it counts (60.0 MiB at most)"),
                       Not(HasSubstr("over the limit by"))));
}

TEST(MemorySection, ARefusedAllocationExplainsWhyTheLimitWasNotKept) {
  auto memory = held(38, "hard", "RLIMIT_DATA");
  memory.within_limit = false;
  memory.violations = {violation(ViolationKind::refused, "load")};
  expect_in_both(memory, HasSubstr("rgb: an allocation, of unknown size, was refused at "
                                   "2026-01-31T12:00:00.000000Z in phase load by RLIMIT_DATA."));
  memory.violations[0].asked_bytes = 25 * kMiB;
  expect_in_both(memory, HasSubstr("rgb: an allocation of 25.0 MiB was refused at"));
}

TEST(MemorySection, AKeptHardLimitBelowThePeakIsExplained) {
  expect_in_both(held(63, "hard", "RLIMIT_DATA"),
                 AllOf(HasSubstr("rgb: RLIMIT_DATA holds what it counts against the limit"),
                       Not(HasSubstr("over the limit by"))));
  expect_in_both(held(59, "hard", "RLIMIT_DATA"), Not(HasSubstr("holds what it counts")));
}

TEST(MemorySection, ARefusedModelShowsItsLimitAndItsForecast) {
  auto memory = held(0, "unavailable", "the forecast refused the model, and nothing was loaded");
  memory.peak_bytes.reset();
  memory.within_limit = false;
  memory.forecast = ForecastRecord{.verdict = "does not fit",
                                   .reason = "it needs about 84.0 MiB, and the limit is 60.0 MiB",
                                   .margin_bytes = -static_cast<std::int64_t>(24 * kMiB)};
  expect_in_both(memory,
                 AllOf(HasSubstr("the forecast refused the model, and nothing was loaded"),
                       HasSubstr("before the load: does not fit"), HasSubstr("24.0 MiB too much")));
  memory.limit_bytes.reset();  // short was what is available
  memory.within_limit.reset();
  expect_in_both(memory, HasSubstr("before the load: does not fit"));
}

}  // namespace
}  // namespace jetmeter
