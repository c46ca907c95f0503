#include "run/overlays.h"

#include <gtest/gtest.h>

namespace jetmeter {
namespace {

using Positions = std::vector<std::int64_t>;

TEST(Spread, CoversTheRunFromItsFirstFrameToItsLast) {
  EXPECT_EQ(spread(4, 100), (Positions{0, 33, 66, 99}));
  EXPECT_EQ(spread(1, 100), (Positions{0}));
  EXPECT_EQ(spread(5, 3), (Positions{0, 1, 2}));
  EXPECT_TRUE(spread(0, 3).empty());
}

}  // namespace
}  // namespace jetmeter
