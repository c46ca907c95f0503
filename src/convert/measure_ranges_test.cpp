#include <gtest/gtest.h>

#include <limits>

#include "convert/test_run.h"
#include "jetmeter/convert.h"
#include "jetmeter/graph_builder.h"

namespace jetmeter {
namespace {

TEST(MeasureRanges, SeesEveryTensorInBatches) {
  JM_SKIP_WITHOUT_RUNTIME();
  GraphBuilder builder("m", 17);
  builder.input("x", {2});
  builder.floats("k", {}, {1e38F});
  builder.node("Neg", "n", {"x"});
  builder.node("Mul", "m", {"n", "k"});
  builder.node("Mul", "y", {"m", "k"});
  builder.output("y", {2});
  MeasureRangesOptions options;
  options.runtime = onnxruntime_backend();
  options.tensors_at_a_time = 2;
  int begun = 0;
  options.samples = [&]() -> NextSample {
    ++begun;
    return [sample = 0](std::span<const TensorView> inputs) mutable -> Result<bool> {
      if (sample == 2) return false;
      inputs[0].as<float>()[0] = ++sample == 1 ? -1.0F : 3.0F;
      inputs[0].as<float>()[1] = 0;
      return true;
    };
  };
  const auto ranges = measure_ranges(builder.model(), options);
  ASSERT_TRUE(ranges) << ranges.error().what;
  EXPECT_EQ(begun, 2);
  begun = 0;
  options.bytes_at_a_time = 8;  // one tensor's two floats
  EXPECT_TRUE(measure_ranges(builder.model(), options));
  EXPECT_EQ(begun, 3);
  begun = 0;
  options.watch = [](std::uint64_t done, std::uint64_t of) { return done + 2 < of; };
  EXPECT_FALSE(measure_ranges(builder.model(), options)) << "stopped";
  EXPECT_EQ(begun, 1);
  EXPECT_EQ(ranges->at("x").low, -1);
  EXPECT_EQ(ranges->at("x").high, 3);
  EXPECT_EQ(ranges->at("n").low, -3);
  EXPECT_EQ(ranges->at("n").high, 1);
  EXPECT_EQ(ranges->at("m").high, 1e38F);
  EXPECT_EQ(ranges->at("y").not_finite, 2u);
  options.samples = []() -> NextSample {
    return [](std::span<const TensorView>) -> Result<bool> { return false; };
  };
  EXPECT_EQ(measure_ranges(builder.model(), options).error().what, "the data hold no sample");
}

TEST(MeasureRanges, RefusesSamplesThatAreNoNumbers) {
  JM_SKIP_WITHOUT_RUNTIME();
  GraphBuilder builder("m", 17);
  builder.input("x", {2});
  builder.node("Neg", "y", {"x"});
  builder.output("y", {2});
  for (const float wrong :
       {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity()}) {
    MeasureRangesOptions options;
    options.runtime = onnxruntime_backend();
    options.samples = [&]() -> NextSample {
      return [&](std::span<const TensorView> inputs) -> Result<bool> {
        inputs[0].as<float>()[0] = 1;
        inputs[0].as<float>()[1] = wrong;
        return true;
      };
    };
    const auto ranges = measure_ranges(builder.model(), options);
    ASSERT_FALSE(ranges);
    EXPECT_EQ(ranges.error().what,
              "array 'x' holds NaN or infinity; calibration needs finite numbers");
  }
}

}  // namespace
}  // namespace jetmeter
