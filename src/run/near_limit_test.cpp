#include "run/near_limit.h"

#include <gtest/gtest.h>

namespace jetmeter {
namespace {

constexpr std::uint64_t kMiB = 1024 * 1024;

Budget enforced(std::string mechanism) {
  return {64 * kMiB, Enforcement::hard, std::move(mechanism)};
}

TEST(NearLimit, WithinTheLimitItIsNear) {
  const Budget watched{64 * kMiB, Enforcement::unavailable, "that was not asked for"};
  const auto warning = near_limit_warning(watched, "load", 60 * kMiB, {}, "rgb");
  EXPECT_EQ(warning.code, "memory_near_limit");
  EXPECT_EQ(warning.message,
            "the worker held 60.0 MiB in phase load: over 90 % of its limit of 64.0 MiB");
  EXPECT_EQ(warning.advice, "");
  EXPECT_EQ(warning.slot, "rgb");
}

TEST(NearLimit, AFootprintAboveAKeptLimitSaysByHowMuch) {
  const auto warning = near_limit_warning(enforced("RLIMIT_DATA"), "load", 72 * kMiB, {}, "rgb");
  EXPECT_EQ(warning.message,
            "the worker held 72.0 MiB in phase load: 8.00 MiB more than its limit of 64.0 MiB, as "
            "the footprint counts; the limit counts what is charged");
  EXPECT_EQ(warning.advice,
            "RLIMIT_DATA enforces the limit, and does not count all of a footprint");
}

TEST(NearLimit, WhatWasChargedIsToldWhereItIsKnown) {
  const auto warning = near_limit_warning(enforced("cgroup v1 memory.limit_in_bytes"), "load",
                                          72 * kMiB, 60 * kMiB, "rgb");
  EXPECT_TRUE(warning.message.ends_with("what is charged, 60.0 MiB at most so far"))
      << warning.message;
}

}  // namespace
}  // namespace jetmeter
