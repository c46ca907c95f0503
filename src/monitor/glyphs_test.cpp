#include "monitor/glyphs.h"

#include <gtest/gtest.h>

#include <limits>

namespace jetmeter {
namespace {

TEST(Bar, IsExactToAnEighthOfACell) {
  EXPECT_EQ(bar(0.0, 4), "░░░░");
  EXPECT_EQ(bar(1.0, 4), "████");
  EXPECT_EQ(bar(0.5, 4), "██░░");
  EXPECT_EQ(bar(0.53125, 4), "██▏░");
  EXPECT_EQ(bar(7.0, 4), "████");
  EXPECT_EQ(bar(-1.0, 4), "░░░░");
}

TEST(Bar, OfWhatIsUnknownIsEmptySpace) {
  EXPECT_EQ(bar(std::nullopt, 4), "    ");
  EXPECT_EQ(bar(std::numeric_limits<double>::quiet_NaN(), 3), "   ");
}

TEST(Curve, HasAMeanPerStretchOfTimeAndHolesWhereNothingWasRead) {
  using std::chrono::seconds;
  const std::vector<HistoryPoint> points{
      {seconds(10), 0}, {seconds(11), 100}, {seconds(30), 100}, {seconds(39), 0}, {seconds(39), 0}};
  EXPECT_EQ(curve(points, seconds(39), seconds(40), 4, 100), " ▅ ▃");
  EXPECT_EQ(curve({}, seconds(39), seconds(40), 4, 100), "    ");
  EXPECT_EQ(curve(points, seconds(39), seconds(40), 4, 0), "    ");
  EXPECT_EQ(curve(points, seconds(39), seconds(40), 0, 100), "");
}

TEST(Column, IsOneCell) {
  EXPECT_EQ(column(0.0) + column(0.5) + column(1.0), "▁▅█");
  EXPECT_EQ(column(-1.0) + column(7.0), "▁█");
}

}  // namespace
}  // namespace jetmeter
