#include "run/layer_records.h"

#include <gtest/gtest.h>

namespace jetmeter {
namespace {

TEST(LayerRecords, HaveSharesOfTheTimeOfAllLayers) {
  const auto records =
      layer_records(std::vector<LayerTime>{{"a", "Conv", "cpu", 4, Nanoseconds(3'000'000)},
                                           {"b", "Relu", "", 8, Nanoseconds(1'000'000)}});
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].name, "a");
  EXPECT_EQ(records[0].type, "Conv");
  EXPECT_EQ(records[0].device, "cpu");
  EXPECT_EQ(records[0].calls, 4);
  EXPECT_DOUBLE_EQ(records[0].total_ms, 3.0);
  EXPECT_DOUBLE_EQ(records[0].percent, 75.0);
  EXPECT_EQ(records[1].device, "");
  EXPECT_DOUBLE_EQ(records[1].percent, 25.0);
}

TEST(LayerRecords, SurviveLayersThatTookNoTime) {
  EXPECT_TRUE(layer_records({}).empty());
  const auto records = layer_records(std::vector<LayerTime>{{"a", "Conv", "cpu", 4}});
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].percent, 0);
}

}  // namespace
}  // namespace jetmeter
