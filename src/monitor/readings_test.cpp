#include "monitor/readings.h"

#include <gtest/gtest.h>

#include <limits>

namespace jetmeter {
namespace {

using std::chrono::seconds;

class ReadingsTest : public testing::Test {
 protected:
  void take(Nanoseconds at, std::optional<double> value, std::string_view source = "cpu") {
    readings_.take(at, source, channels_, std::vector<std::optional<double>>{value});
  }
  MonitorView view() const {
    MonitorView view;
    readings_.show(view);
    return view;
  }
  Readings readings_;
  std::vector<Channel> channels_{{"load.cpu", Unit::percent}};
};

TEST_F(ReadingsTest, KeepTheNewestValueAndTheCurve) {
  take(seconds(1), 10);
  take(seconds(2), 20);
  EXPECT_EQ(view().value("load.cpu"), 20);
  EXPECT_EQ(view().find("load.cpu")->history.size(), 2U);
  EXPECT_EQ(view().at, seconds(2));
}

TEST_F(ReadingsTest, DoNotKeepAValueThatTheNewestReadingLacks) {
  take(seconds(1), 10);
  take(seconds(2), std::nullopt);
  EXPECT_EQ(view().value("load.cpu"), std::nullopt);
  take(seconds(3), std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(view().value("load.cpu"), std::nullopt);
}

TEST_F(ReadingsTest, ForgetWhatIsOlderThanTheCurve) {
  for (int second = 0; second < 1000; ++second) take(seconds(second), second);
  EXPECT_EQ(view().find("load.cpu")->history.front().value, 879);
}

TEST_F(ReadingsTest, NameASourceThatFellSilentUntilItAnswers) {
  take(seconds(1), 10);
  readings_.gap(seconds(2), "cpu", "no value");
  EXPECT_EQ(view().value("load.cpu"), std::nullopt);
  ASSERT_EQ(view().missing.size(), 1U);
  EXPECT_EQ(view().missing[0].reason, "no value");
  take(seconds(3), 30);
  EXPECT_TRUE(view().missing.empty());
}

TEST_F(ReadingsTest, BeginAnewWhereTimeGoesBack) {
  take(seconds(100), 10);
  take(seconds(1), 20);
  EXPECT_EQ(view().at, seconds(1));
  EXPECT_EQ(view().find("load.cpu")->history.size(), 1U);
}

TEST_F(ReadingsTest, FindWhatOnlyTegrastatsTells) {
  readings_.take(seconds(1), "tegrastats",
                 std::vector<Channel>{{"tegrastats.load.emc", Unit::percent}},
                 std::vector<std::optional<double>>{7.0});
  EXPECT_EQ(view().value("load.emc"), 7);
  EXPECT_EQ(view().subjects("load."), std::vector<std::string>{"emc"});
  EXPECT_EQ(view().value("load.gpu"), std::nullopt);
}

TEST_F(ReadingsTest, DoNotGrowWithNamesThatNeverEnd) {
  for (int i = 0; i < 3000; ++i)
    readings_.take(seconds(1), "x", std::vector<Channel>{{"n" + std::to_string(i), Unit::none}},
                   std::vector<std::optional<double>>{1.0});
  EXPECT_EQ(view().channels.size(), 1024U);
}

}  // namespace
}  // namespace jetmeter
