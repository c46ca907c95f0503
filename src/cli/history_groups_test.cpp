#include "cli/history_groups.h"

#include <gmock/gmock.h>

namespace jetmeter {
namespace {

using testing::HasSubstr;
using testing::Not;

HistoryEntry entry(std::int64_t run, std::string scenario, std::string rate, double fps) {
  HistoryEntry entry;
  entry.row.id = run;
  entry.row.scenario = std::move(scenario);
  entry.row.rate = std::move(rate);
  entry.row.streams = "1";
  entry.metrics = {{"throughput_fps", fps}};
  return entry;
}

TEST(HistoryGroups, HoldOnlyWhatMayBeCompared) {
  auto other_threads = entry(4, "single", "", 50);
  other_threads.row.threads = "8";
  const auto groups =
      comparable_groups({entry(1, "rate", "20", 20), entry(2, "single", "", 90),
                         entry(3, "rate", "40", 40), other_threads, entry(5, "rate", "20", 19)});
  ASSERT_EQ(groups.size(), 3U);
  ASSERT_EQ(groups[0].size(), 2U);
  EXPECT_EQ(groups[0][1].row.id, 5);
  EXPECT_EQ(groups[0][1].group, 1);
  EXPECT_EQ(groups[1].size(), 2U) << "threads are compared with each other";
  EXPECT_EQ(groups[2][0].group, 3);
  EXPECT_TRUE(comparable_groups({}).empty());
}

TEST(HistoryGroups, SayWhatSetsThemApart) {
  const auto groups = comparable_groups({entry(1, "rate", "20", 20), entry(2, "single", "", 90)});
  const auto text = history_group_tables(groups, {"throughput_fps"});
  EXPECT_THAT(text, HasSubstr("scenario rate, rate 20:\nrun "));
  EXPECT_THAT(text, HasSubstr("scenario single, rate not known:\nrun "));
  EXPECT_THAT(text, HasSubstr("2 groups that are not to be compared with each other: they differ "
                              "in scenario, rate; filters choose one\n"));
  const auto one = comparable_groups({entry(1, "rate", "20", 20)});
  EXPECT_THAT(history_group_tables(one, {"throughput_fps"}), Not(HasSubstr("groups")));
  EXPECT_EQ(history_group_tables({}, {}), "no run matches\n");
  EXPECT_EQ(what_differs(one[0]), "");
}

}  // namespace
}  // namespace jetmeter
