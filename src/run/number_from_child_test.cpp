#include "run/number_from_child.h"

#include <gtest/gtest.h>

#include <csignal>
#include <stdexcept>

namespace jetmeter {
namespace {

using Number = std::optional<std::uint64_t>;

TEST(NumberFromChild, IsWhatItFound) {
  EXPECT_EQ(number_from_child(0, [] { return Number(7); }), 7u);
  EXPECT_EQ(number_from_child(60, [] { return Number(0); }), 0u);
}

TEST(NumberFromChild, LeavesThisProcessAsItIs) {
  int here = 1;
  EXPECT_EQ(number_from_child(0, [&] { return Number(++here); }), 2u);
  EXPECT_EQ(here, 1);
}

TEST(NumberFromChild, IsAbsentWhereNothingIsFound) {
  EXPECT_FALSE(number_from_child(0, [] { return Number(); }));
  EXPECT_FALSE(number_from_child(0, []() -> Number { throw std::runtime_error("no"); }));
  EXPECT_FALSE(number_from_child(0, []() -> Number {
    std::raise(SIGKILL);
    return 7;
  }));
}

}  // namespace
}  // namespace jetmeter
