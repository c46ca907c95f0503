#include "telemetry/gauges.h"

#include <gtest/gtest.h>

#include "telemetry/source_test.h"

namespace jetmeter {
namespace {

TEST(Gauges, FileThatCannotBeOpenedIsNoChannel) {
  const BoardCopy board;
  board.write("/a", "1\n");
  Gauges gauges;
  gauges.add("level.a", Unit::none, board.host().path("/missing"));
  EXPECT_TRUE(gauges.channels().empty());
  gauges.add("level.a", Unit::volt, board.host().path("/a"));
  ASSERT_EQ(gauges.channels().size(), 1u);
  EXPECT_EQ(gauges.channels()[0].name, "level.a");
  EXPECT_EQ(gauges.channels()[0].unit, Unit::volt);
}

TEST(Gauges, BothEndsOfTheScaleAreReadings) {
  const BoardCopy board;
  board.write("/a", "");
  Gauges gauges;
  gauges.add("level.a", Unit::none, board.host().path("/a"),
             {.factor = 2, .lowest = -1, .highest = 5});
  const auto reading = [&](std::string_view text) {
    board.write("/a", text);
    return read_once(gauges).at("level.a");
  };
  EXPECT_EQ(reading("-1\n"), -2);
  EXPECT_EQ(reading("5"), 10);
  EXPECT_FALSE(reading("-1.5\n"));
  EXPECT_FALSE(reading("5.5\n"));
  EXPECT_FALSE(reading(""));
}

}  // namespace
}  // namespace jetmeter
