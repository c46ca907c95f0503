#include "cli/ab_rounds.h"

#include <gmock/gmock.h>

#include "support/sample_record.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

ComparedRun run(std::string name, const char* power_mode = "25W") {
  ComparedRun run{std::move(name), sample_record(), {}};
  run.record.machine.power_mode = power_mode;
  return run;
}

std::vector<std::string> whats(const CompareResult& result) {
  std::vector<std::string> out;
  for (const auto& difference : result.differences) out.push_back(difference.what);
  return out;
}

TEST(AbRounds, LeavesOutARoundThatCannotBeCompared) {
  AbRounds rounds({});
  EXPECT_TRUE(rounds.empty());
  ASSERT_TRUE(rounds.add(1, run("a"), run("b")));
  EXPECT_THAT(rounds.add(2, run("a"), run("b", "15W")).error().what,
              HasSubstr("power mode (25W / 15W)"));
  ASSERT_TRUE(rounds.add(3, run("a"), run("b")));
  const auto result = rounds.compared();
  ASSERT_TRUE(result);
  EXPECT_EQ(result->comparisons.at(0).rounds, 2);
  EXPECT_THAT(result->differences, IsEmpty());
  EXPECT_THAT(result->complaints, IsEmpty());
}

TEST(AbRounds, ListsWhatDiffersInAnyRoundOnce) {
  AbRounds rounds({});
  auto other = run("b");
  other.record.machine.governor = "performance";
  ASSERT_TRUE(rounds.add(1, run("a"), run("b")));
  for (int round = 2; round < 5; ++round) ASSERT_TRUE(rounds.add(round, run("a"), other));
  EXPECT_THAT(whats(*rounds.compared()), ElementsAre("governor (round 2)"));
}

TEST(AbRounds, TellsWhatChangedOnBothSides) {
  AbRounds rounds({});
  for (const auto& [round, mode] : {std::pair{1, "25W"}, {2, "25W"}, {3, "15W"}, {4, "15W"}})
    ASSERT_TRUE(rounds.add(round, run("a", mode), run("b", mode)));
  const auto result = rounds.compared();
  EXPECT_EQ(result->comparisons.at(0).rounds, 4);
  EXPECT_THAT(result->complaints,
              ElementsAre("round 3: power mode is 15W and was 25W in the round before"));
}

TEST(AbRounds, KeepsTheComplaintsOfEveryRun) {
  AbRounds rounds({});
  auto damaged = run("b");
  damaged.complaints = {"frames.jsonl breaks off"};
  ASSERT_TRUE(rounds.add(1, run("a"), run("b")));
  ASSERT_TRUE(rounds.add(2, run("a"), damaged));
  EXPECT_THAT(rounds.compared()->complaints, ElementsAre("b: frames.jsonl breaks off"));
}

}  // namespace
}  // namespace jetmeter
