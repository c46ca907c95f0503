#include "telemetry/process_text.h"

#include <gtest/gtest.h>

#include <string>

namespace jetmeter {
namespace {

TEST(ProcessStat, CountsFieldsAfterTheName) {
  const auto stat = parse_process_stat(
      "812 (trtexec) S 800 812 800 34816 812 4194304 15734 21 307 4 1203 88 0 0 20 0 9 0 5000");
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->state, 'S');
  EXPECT_EQ(stat->minor_faults, 15734);
  EXPECT_EQ(stat->major_faults, 307);
  EXPECT_EQ(stat->cpu_ticks, 1203 + 88);
  EXPECT_FALSE(stat->has_ended());
}

TEST(ProcessStat, CpuTimeIsAbsentWhereTheLineEndsBefore) {
  for (const std::string tail : {"", " 12", " x 15", " -1 15", " 9223372036854775807 1"}) {
    const auto stat = parse_process_stat("1 (a) R 2 3 4 5 6 7 8 9 10 11" + tail);
    ASSERT_TRUE(stat) << tail;
    EXPECT_FALSE(stat->cpu_ticks) << tail;
  }
  EXPECT_EQ(parse_process_stat("1 (a) R 2 3 4 5 6 7 8 9 10 11 0 0")->cpu_ticks, 0);
}

TEST(ProcessStat, TheNameMayHoldAnything) {
  for (const std::string name : {"a b", "a) Z 1 2 (b", "((", "7 7 7 7", "\xff\n"}) {
    const auto stat = parse_process_stat("1 (" + name + ") R 2 3 4 5 6 7 8 9 10 11");
    ASSERT_TRUE(stat) << name;
    EXPECT_EQ(stat->state, 'R') << name;
    EXPECT_EQ(stat->minor_faults, 8) << name;
    EXPECT_EQ(stat->major_faults, 10) << name;
  }
}

TEST(ProcessStat, KnowsWhatHasEnded) {
  EXPECT_TRUE(parse_process_stat("1 (a) Z 2 3 4 5 6 7 8 9 10 11")->has_ended());
  EXPECT_TRUE(parse_process_stat("1 (a) X 2 3 4 5 6 7 8 9 10 11")->has_ended());
}

TEST(ProcessStat, IsAbsentForAnythingElse) {
  for (const std::string text :
       {"", ")", "1 (a", "1 (a) S 2 3 4 5 6 7", "1 (a) SS 2 3 4 5 6 7 8 9 10",
        "1 (a) S 2 3 4 5 6 7 -8 9 10", "1 (a) S 2 3 4 5 6 7 8 9 18446744073709551615",
        "1 (a) S 2 3 4 5 6 7 nan 9 10"})
    EXPECT_FALSE(parse_process_stat(text)) << text;
}

TEST(ProcessStat, HasTheThreads) {
  EXPECT_EQ(parse_process_stat("1 (a) R 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20")->threads,
            18);
  EXPECT_FALSE(parse_process_stat("1 (a) R 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16")->threads);
}

TEST(Statm, CountsPages) {
  const auto small = parse_statm("100 42 7 1 0 50 0\n", 4096);
  ASSERT_TRUE(small);
  EXPECT_EQ(small->resident_bytes, 42u * 4096);
  EXPECT_EQ(small->shareable_bytes, 7u * 4096);
  EXPECT_EQ(parse_statm("100 42 7 1 0 50 0\n", 16384)->resident_bytes, 42u * 16384);
}

TEST(Statm, IsAbsentWithoutAnAddressSpace) {
  EXPECT_FALSE(parse_statm("0 0 0 0 0 0 0\n", 4096));
}

TEST(Statm, ShareableIsAbsentWhereTheLineEndsBefore) {
  for (const auto* text : {"100 42", "100 42 x", "100 42 -7", "100 42 18446744073709551615"}) {
    const auto pages = parse_statm(text, 4096);
    ASSERT_TRUE(pages) << text;
    EXPECT_FALSE(pages->shareable_bytes) << text;
  }
}

TEST(Statm, IsAbsentForAnythingElse) {
  for (const auto* text : {"", "100", "100 x", "-1 5", "1 18446744073709551615"})
    EXPECT_FALSE(parse_statm(text, 4096)) << text;
}

TEST(LoadavgTasks, CountsThemWhateverTheyDo) {
  EXPECT_EQ(parse_loadavg_tasks("0.44 1.61 1.81 2/83 4476\n"), 83u);
  EXPECT_EQ(parse_loadavg_tasks("7.10 1.60 1.80 9/84 4477\n"), 84u);
}

TEST(LoadavgTasks, AreAbsentForAnythingElse) {
  for (const auto* text : {"", "0.44 1.61 1.81", "0.44 1.61 1.81 2 4476", "a b c 2/83 4476",
                           "0.44 1.61 1.81 2/x 4476", "0.44 1.61 1.81 2/", "\0\xff"})
    EXPECT_FALSE(parse_loadavg_tasks(text)) << text;
}

}  // namespace
}  // namespace jetmeter
