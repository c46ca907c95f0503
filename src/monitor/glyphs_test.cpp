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

TEST(Columns, HaveACellPerShare) {
  const std::vector<std::optional<double>> shares{0.0, 0.5, 1.0, std::nullopt};
  EXPECT_EQ(columns(shares), "▁▅█-");
}

}  // namespace
}  // namespace jetmeter
