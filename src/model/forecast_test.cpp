#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jetmeter/model.h"
#include "support/real_data.h"

namespace jetmeter {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

constexpr std::uint64_t kMiB = 1 << 20;

RuntimeProfile profile() {
  return {"onnxruntime", "1.23.2", "cpu", "0.1.0", 40 * kMiB};
}

RuntimeRules plain_rules() {
  return {.weight_copies = 2,
          .conv_weight_copies = 3,
          .weights_in_flight = 3,
          .body_copies = 3,
          .widens_halves = true,
          .bytes_per_node = 1000,
          .bytes_per_thread = 100};
}

ModelMemory model() {
  ModelMemory memory;
  memory.nodes = 10;
  memory.activations = 100;
  memory.weight_bytes = 6 * kMiB;
  memory.largest_weight_bytes = kMiB;
  memory.weight_bytes_by_reader = {{"Gemm", 6 * kMiB}};
  memory.input_output_bytes = kMiB;
  return memory;
}

PeakForecast forecast(const ModelMemory& memory, int threads = 1) {
  const auto result = forecast_peak(memory, profile(), plain_rules(), threads);
  EXPECT_TRUE(result) << result.error().what;
  return result.value_or(PeakForecast{});
}

TEST(Forecast, AddsWhatTheRuntimeHolds) {
  const auto result = forecast(model());
  EXPECT_EQ(result.weight_bytes, 12 * kMiB + 10'000);
  EXPECT_EQ(result.activation_bytes, kMiB);
  EXPECT_EQ(result.runtime_bytes, 40 * kMiB);
  EXPECT_EQ(result.peak_bytes, 53 * kMiB + 10'000);
  EXPECT_THAT(result.rests_on, Contains("runtime: onnxruntime 1.23.2 measured on this machine"));
}

TEST(Forecast, AddsThreadsAfterTheFirst) {
  EXPECT_EQ(forecast(model(), 4).runtime_bytes, 40 * kMiB + 300);
  EXPECT_EQ(forecast(model(), 0).runtime_bytes, 40 * kMiB);
}

TEST(Forecast, CountsWeightsOfConvThreeTimesUnlessTheyMayBeOverridden) {
  auto memory = model();
  memory.weight_bytes_by_reader = {{"Conv", 4 * kMiB}, {"Gemm", 2 * kMiB}};
  // 3 x 4 + 3 of 1 in flight + 2 x 2
  EXPECT_EQ(forecast(memory).weight_bytes, 19 * kMiB + 10'000);
  memory.weights_may_be_overridden = true;
  EXPECT_EQ(forecast(memory).weight_bytes, 12 * kMiB + 10'000);
}

TEST(Forecast, WidensHalvesAndCountsTheCopiesOfBodies) {
  auto memory = model();
  memory.half_weight_bytes = 3 * kMiB;
  EXPECT_EQ(forecast(memory).weight_bytes, 18 * kMiB + 10'000);
  memory.half_weight_bytes = 0;
  memory.body_weight_bytes = 2 * kMiB;
  EXPECT_EQ(forecast(memory).weight_bytes, 18 * kMiB + 10'000);
}

// 100 MiB in tensors that the allocator gives back: twice the largest while loading, or the
// activations after it, whichever is more.
TEST(Forecast, TakesTheLargerOfLoadingAndRunning) {
  auto memory = model();
  memory.weight_bytes = 100 * kMiB;
  memory.largest_weight_bytes = 60 * kMiB;
  memory.weight_bytes_by_reader = {{"MatMul", 100 * kMiB}};
  EXPECT_EQ(forecast(memory).peak_bytes, 200 * kMiB + 10'000);
  EXPECT_EQ(forecast(memory).weight_bytes, 100 * kMiB + 10'000);
  memory.input_output_bytes = 70 * kMiB;
  EXPECT_EQ(forecast(memory).peak_bytes, 210 * kMiB + 10'000);
}

TEST(Forecast, CannotTellWhenShapesAreUnknown) {
  auto memory = model();
  memory.unknown_shapes = 6;
  memory.unknown_why = "axis 'batch' of input 'x' is open";
  const auto none = forecast_peak(memory, profile(), plain_rules(), 1);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().what,
            "the shapes of 6 of 100 tensors are unknown: axis 'batch' of input 'x' is open");
  memory.unknown_shapes = 5;
  EXPECT_THAT(forecast(memory).rests_on,
              Contains(HasSubstr("not counted: the shapes of 5 of 100")));
}

TEST(Forecast, TakesActivationsThatSomebodyElseHasWorkedOut) {
  auto memory = model();
  memory.unknown_shapes = 84;
  EXPECT_TRUE(too_many_unknown_shapes(memory));
  memory.worked_out_activation_bytes = 5 * kMiB;
  EXPECT_FALSE(too_many_unknown_shapes(memory));
  const auto told = forecast(memory);
  EXPECT_EQ(told.activation_bytes, 5 * kMiB) << "inputs and outputs are in it";
  EXPECT_THAT(told.rests_on, Contains(HasSubstr("following the graph")));
  EXPECT_THAT(told.rests_on, Not(Contains(HasSubstr("not counted"))));
}

TEST(Forecast, CannotTellForOtherRuntimesAndDevices) {
  EXPECT_EQ(runtime_rules("opencv_dnn", "x86_64"), std::nullopt);
  auto other = profile();
  other.backend = "opencv_dnn";
  const auto none = forecast_peak(model(), other, std::nullopt, 1);
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().what, "how opencv_dnn holds a model is not known");
  auto gpu = profile();
  gpu.device = "cuda:0";
  const auto no_gpu = forecast_peak(model(), gpu, plain_rules(), 1);
  ASSERT_FALSE(no_gpu);
  EXPECT_EQ(no_gpu.error().what, "how onnxruntime holds a model on cuda:0 is not known");
}

TEST(Forecast, KnowsThatOnlyX86HasBlocksOfChannels) {
  const auto x86 = runtime_rules("onnxruntime", "x86_64");
  const auto arm = runtime_rules("onnxruntime", "aarch64");
  ASSERT_TRUE(x86 && arm);
  EXPECT_EQ(x86->conv_weight_copies, 3);
  EXPECT_EQ(arm->conv_weight_copies, arm->weight_copies);
  EXPECT_EQ(arm->weights_in_flight, 0);
}

}  // namespace
}  // namespace jetmeter
