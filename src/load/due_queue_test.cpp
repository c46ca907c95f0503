#include "load/due_queue.h"

#include <gmock/gmock.h>

#include <queue>
#include <vector>

namespace jetmeter {
namespace {

constexpr std::int64_t kMs = 1'000'000;

// Items 0, 1, 2… are due at 0, 10, 20… ms.
class DueQueueTest : public testing::Test {
 protected:
  const ArrivalPlan plan = *ArrivalPlan::make({.kind = ScenarioKind::rate, .per_second = 100},
                                              std::chrono::seconds(10), 12);
};

TEST_F(DueQueueTest, FreeLanesGetWhatIsDueNext) {
  DueQueue queue(plan, 0);
  EXPECT_EQ(queue.take(-5).index, 0);
  EXPECT_EQ(queue.take(-5).index, 1);
  EXPECT_EQ(queue.take(-5).index, 2);
}

TEST_F(DueQueueTest, DropsWhatWasDueWhileAllWereBusy) {
  DueQueue queue(plan, 0);
  queue.take(0);  // 0
  const auto given = queue.take(35 * kMs);
  EXPECT_EQ(given.dropped.first, 1);
  EXPECT_EQ(given.dropped.last, 4);
  EXPECT_EQ(given.index, 4);
}

TEST_F(DueQueueTest, WhatALaneThatWakesLateIsFreeToTakeIsNotDropped) {
  DueQueue queue(plan, 0, 2);
  auto given = queue.enter(25 * kMs);  // 1 is the other lane's, 2 was due while both had work
  EXPECT_EQ(given.index, 0);
  EXPECT_EQ(given.dropped.first, 2);
  EXPECT_EQ(given.dropped.last, 3);
  given = queue.enter(26 * kMs);
  EXPECT_EQ(given.index, 1);
  EXPECT_TRUE(given.dropped.empty());
  given = queue.take(35 * kMs);
  EXPECT_EQ(given.dropped.first, 3);
  EXPECT_EQ(given.index, 4);
}

TEST_F(DueQueueTest, WhatIsDueAtThisMomentIsNotLate) {
  DueQueue queue(plan, 0);
  queue.take(0);
  const auto given = queue.take(10 * kMs);
  EXPECT_TRUE(given.dropped.empty());
  EXPECT_EQ(given.index, 1);
}

TEST_F(DueQueueTest, WithoutALimitNothingIsDropped) {
  DueQueue queue(plan, std::nullopt);
  for (int i = 0; i < 12; ++i) {
    const auto given = queue.take(1000 * kMs);
    EXPECT_EQ(given.index, i);
    EXPECT_TRUE(given.dropped.empty());
  }
  EXPECT_FALSE(queue.take(1000 * kMs).index);
  EXPECT_TRUE(queue.drop_until(2000 * kMs).empty());
}

TEST_F(DueQueueTest, TheQueueKeepsItsOrderAndItsLimit) {
  DueQueue queue(plan, 2);
  queue.take(0);                      // 0; 1 and 2 find room, 3 and 4 do not
  auto given = queue.take(45 * kMs);  // 1; then 2 waits, 5 finds room, 6 does not
  EXPECT_EQ(given.index, 1);
  EXPECT_EQ(given.dropped.first, 3);
  EXPECT_EQ(given.dropped.last, 5);
  given = queue.take(65 * kMs);
  EXPECT_EQ(given.index, 2);
  EXPECT_EQ(given.dropped.first, 6);
  EXPECT_EQ(given.dropped.last, 7);
  EXPECT_EQ(queue.take(65 * kMs).index, 5);
  EXPECT_EQ(queue.take(65 * kMs).index, 7);  // not yet due
}

TEST_F(DueQueueTest, TheEndDropsWhatIsDueAndLeavesTheRest) {
  DueQueue queue(plan, 0);
  queue.take(0);
  const auto dropped = queue.drop_until(30 * kMs);
  EXPECT_EQ(dropped.first, 1);
  EXPECT_EQ(dropped.last, 3);
  EXPECT_TRUE(queue.drop_until(30 * kMs).empty());
}

// Every item of a plan, by lanes that are simulated in the order of time.
TEST_F(DueQueueTest, TwoLanesServeAsTwoServersDo) {
  DueQueue queue(plan, std::nullopt);
  using Free = std::pair<std::int64_t, int>;  // when, which
  std::priority_queue<Free, std::vector<Free>, std::greater<>> lanes;
  lanes.emplace(0, 0);
  lanes.emplace(0, 1);
  std::vector<std::int64_t> latencies_ms;
  for (;;) {
    const auto [free_at, lane] = lanes.top();
    lanes.pop();
    const auto given = queue.take(free_at);
    if (!given.index) break;
    const auto due = plan.due_ns(*given.index);
    const auto ends =
        std::max(free_at, due) + 24 * kMs;  // 4 ms more than two lanes can keep up with
    latencies_ms.push_back((ends - due) / kMs);
    lanes.emplace(ends, lane);
  }
  EXPECT_THAT(latencies_ms, testing::ElementsAre(24, 24, 28, 28, 32, 32, 36, 36, 40, 40, 44, 44));
}

}  // namespace
}  // namespace jetmeter
