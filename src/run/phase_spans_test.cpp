#include "run/phase_spans.h"

#include <gtest/gtest.h>

namespace jetmeter {
namespace {

using std::chrono::seconds;

PhaseSpans load_and_first() {
  PhaseSpans spans;
  spans.begin("probe", seconds(1));
  spans.begin("probe", seconds(2));
  spans.begin("load", seconds(3), 10);
  spans.begin("first", seconds(5), 70);
  return spans;
}

// The supervisor looks at a reading when a later phase may long have begun.
TEST(PhaseSpans, TellsThePhaseOfATimeThatIsPast) {
  const auto spans = load_and_first();
  EXPECT_EQ(spans.at(seconds(0)), "probe");
  EXPECT_EQ(spans.at(seconds(2)), "probe");
  EXPECT_EQ(spans.at(seconds(3)), "load");
  EXPECT_EQ(spans.at(seconds(4)), "load");
  EXPECT_EQ(spans.at(seconds(5)), "first");
  EXPECT_EQ(spans.at(seconds(99)), "first");
}

TEST(PhaseSpans, AfterTheLastPhaseNoneRuns) {
  auto spans = load_and_first();
  spans.begin("", seconds(6), 60);
  EXPECT_EQ(spans.at(seconds(5)), "first");
  EXPECT_EQ(spans.at(seconds(6)), "");
  EXPECT_EQ(spans.ended().size(), 3u);
  EXPECT_EQ(PhaseSpans().at(seconds(1)), "");
}

TEST(PhaseSpans, APhaseThatEndedHasItsTimesAndItsPeak) {
  const auto spans = load_and_first();
  const auto ended = spans.ended();
  ASSERT_EQ(ended.size(), 2u) << "the last one runs";
  EXPECT_EQ(ended[0].name, "probe");
  EXPECT_EQ(ended[0].from, seconds(1));
  EXPECT_EQ(ended[1].name, "load");
  EXPECT_EQ(ended[1].from, seconds(3));
  EXPECT_EQ(ended[1].to, seconds(5));
  EXPECT_EQ(ended[1].peak_bytes, 70u);
}

}  // namespace
}  // namespace jetmeter
