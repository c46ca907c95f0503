#include "run/policy_limit.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "support/board_copy.h"

namespace jetmeter {
namespace {

constexpr std::uint64_t kLimit = 64 << 20;

MemoryPolicy policy(Limiter limiter) {
  MemoryPolicy policy;
  policy.limit_bytes = kLimit;
  policy.typed = true;
  policy.limiter = limiter;
  return policy;
}

TEST(ExpectedBudget, IsAbsentWithoutALimit) {
  EXPECT_EQ(expected_budget({}, BoardCopy().host()), std::nullopt);
}

TEST(ExpectedBudget, KnowsWhoWillEnforceTheLimit) {
  const BoardCopy machine;
  const auto refusing = expected_budget(policy(Limiter::automatic), machine.host());
  ASSERT_TRUE(refusing);
  EXPECT_EQ(refusing->limit_bytes, kLimit);
  EXPECT_EQ(refusing->enforcement, Enforcement::hard);
  EXPECT_EQ(refusing->mechanism, kRefusingMechanism);
  const auto watched = expected_budget(policy(Limiter::none), machine.host());
  ASSERT_TRUE(watched);
  EXPECT_EQ(watched->enforcement, Enforcement::unavailable);
}

TEST(ExpectedBudget, KnowsThatAGroupCanBeMade) {
  const BoardCopy machine;
  machine.write("/proc/self/cgroup", "4:memory:/\n");
  std::filesystem::create_directories(machine.host().path("/sys/fs/cgroup/memory"));
  const auto budget = expected_budget(policy(Limiter::automatic), machine.host());
  ASSERT_TRUE(budget);
  EXPECT_EQ(budget->enforcement, Enforcement::hard);
  EXPECT_EQ(budget->mechanism, "cgroup v1 memory.limit_in_bytes");
}

TEST(PrepareLimit, TheGroupIsOfThisProcessAndOfItsWorker) {
  const BoardCopy machine;
  machine.write("/proc/self/cgroup", "4:memory:/\n");
  const auto groups = machine.host().path("/sys/fs/cgroup/memory");
  std::filesystem::create_directories(groups);
  const auto limit = prepare_limit(policy(Limiter::cgroup), machine.host(), "worker.rgb");
  ASSERT_TRUE(limit);
  EXPECT_TRUE(std::filesystem::is_directory(
      groups / ("jetmeter-" + std::to_string(getpid()) + "-worker.rgb")));
}

}  // namespace
}  // namespace jetmeter
