#include "backends/layer_sums.h"

#include <gtest/gtest.h>

namespace jetmeter {
namespace {

// Another branch of an If: a layer that the cold run did not call, and one that only it called.
TEST(LayerSums, HoldsOnlyTheLayersOfTheWarmRuns) {
  LayerSums sums;
  const auto a = sums.layer("a", "a", "Relu", "cpu"), b = sums.layer("b", "b", "Neg", "");
  EXPECT_EQ(sums.layer("a", "other", "other", "other"), a);
  sums.add(a, Nanoseconds(1000), Nanoseconds(70));
  sums.end_run();
  sums.add(b, Nanoseconds(2000), Nanoseconds(5));
  sums.end_run();
  const auto layers = sums.layers();
  ASSERT_TRUE(layers);
  ASSERT_EQ(layers->size(), 1U);
  EXPECT_EQ(layers->front().name, "b");
  EXPECT_EQ(layers->front().device, "");
  EXPECT_EQ(layers->front().calls, 1);
  EXPECT_EQ(layers->front().total.count(), 5);
  EXPECT_EQ(layers->front().first_begin.count(), 0);
}

TEST(LayerSums, OrdersByTheBeginOfTheFirstCall) {
  LayerSums sums;
  const auto inner = sums.layer("inner", "inner", "", ""),
             outer = sums.layer("outer", "outer", "", "");
  sums.add(inner, Nanoseconds(30), Nanoseconds(1));
  sums.add(outer, Nanoseconds(20), Nanoseconds(9));
  sums.end_run();
  const auto layers = sums.layers();
  ASSERT_TRUE(layers);
  EXPECT_EQ((*layers)[0].name, "outer");
  EXPECT_EQ((*layers)[1].name, "inner");
  EXPECT_EQ((*layers)[1].first_begin.count(), 10);
}

TEST(LayerSums, OfARunWithoutALayerAreEmpty) {
  LayerSums sums;
  EXPECT_FALSE(sums.layers());
  sums.end_run();
  const auto layers = sums.layers();
  ASSERT_TRUE(layers);
  EXPECT_TRUE(layers->empty());
}

}  // namespace
}  // namespace jetmeter
