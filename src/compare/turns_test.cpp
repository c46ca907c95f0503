#include "compare/turns.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace jetmeter {
namespace {

using std::chrono::seconds;

struct Side {
  std::vector<double> starts, values;
  TurnFrames view(Nanoseconds first_start) const { return {first_start, starts, values}; }
};

// Turns of four frames: of a second of a, then of b, and so on; the machine gets slower and faster,
// and b is slower than a by `factor`. The first frame of a turn takes far longer.
struct Pair {
  Side a, b;
  Pair(int turns, double factor) {
    double now = 0;
    for (int turn = 0; turn < turns; ++turn) {
      const double machine = 1 + 0.3 * std::sin(0.9 * turn);
      auto& side = turn % 2 == 0 ? a : b;
      for (int i = 0; i < 4; ++i) {
        side.starts.push_back(now);
        const double cold = i == 0 ? 100 : 1;
        side.values.push_back(10 * machine * cold * (turn % 2 == 0 ? 1 : factor));
        now += 0.25;
      }
    }
    for (double& start : b.starts) start -= 1;  // since b's own first frame
  }
  std::optional<double> ratio(OfTurn of_turn = turn_median) const {
    return ratio_in_turn(a.view(seconds(100)), b.view(seconds(101)), of_turn);
  }
};

TEST(RatioInTurn, IsOfNeighboursWithoutTheFirstFrameOfATurn) {
  EXPECT_NEAR(Pair(200, 1.03).ratio().value(), 1.03, 0.005);
  EXPECT_NEAR(Pair(200, 1).ratio().value(), 1, 0.005);
  EXPECT_NEAR(Pair(200, 0.5).ratio(turn_mean).value(), 0.5, 0.005);
}

TEST(RatioInTurn, KnowsWhoseTurnItWasByTheMachinesClock) {
  const Pair pair(40, 2);
  // b before a: every frame of b would stand in the turn of a.
  const auto other =
      ratio_in_turn(pair.a.view(seconds(100)), pair.b.view(seconds(500)), turn_median);
  EXPECT_FALSE(other) << "two turns are one pair";
}

TEST(RatioInTurn, TakesEightPairs) {
  EXPECT_FALSE(Pair(8, 1).ratio());
  EXPECT_TRUE(Pair(9, 1).ratio());
  EXPECT_FALSE(ratio_in_turn({}, {}, turn_median));
}

TEST(RatioInTurn, LeavesOutWhatIsNoNumber) {
  Pair pair(40, 1.5);
  pair.a.values[5] = std::numeric_limits<double>::quiet_NaN();
  for (int i = 8; i < 12; ++i)
    pair.a.values[static_cast<std::size_t>(i)] = std::numeric_limits<double>::quiet_NaN();
  for (int i = 12; i < 16; ++i) pair.b.values[static_cast<std::size_t>(i)] = 0;
  EXPECT_NEAR(pair.ratio().value(), 1.5, 0.05);
}

TEST(TurnMean, IsTheMean) {
  EXPECT_EQ(turn_mean(std::vector<double>{1, 2, 6}), 3);
  EXPECT_EQ(turn_median(std::vector<double>{9, 1, 2}), 2);
}

}  // namespace
}  // namespace jetmeter
