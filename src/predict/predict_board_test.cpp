// Against the latencies that Ultralytics publishes for YOLO11 at 640 with TensorRT on three Orins
// (8.3.157, batch 1, inference only). The efficiencies were fitted on the Orin Nano Super alone.
#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "jetmeter/predict.h"
#include "jetmeter/zoo.h"

namespace jetmeter {
namespace {

using testing::HasSubstr;

constexpr std::array kScales{"yolo11n", "yolo11s", "yolo11m", "yolo11l", "yolo11x"};
using Latencies = std::array<double, kScales.size()>;  // milliseconds

struct Published {
  const char* board;
  Latencies fp32, fp16, int8;
};
constexpr Published kFitted{"orin-nano-8gb-super",
                            {7.44, 13.02, 27.86, 35.59, 66.93},
                            {4.53, 6.93, 13.50, 17.48, 32.58},
                            {3.70, 5.08, 9.12, 11.87, 19.90}};
constexpr std::array kUnseen{Published{"orin-nx-16gb",
                                       {7.94, 13.77, 30.38, 38.89, 75.92},
                                       {4.73, 7.31, 14.48, 18.59, 35.78},
                                       {3.90, 5.33, 9.74, 12.60, 21.60}},
                             Published{"agx-orin-64gb",
                                       {3.93, 6.52, 12.53, 16.11, 28.50},
                                       {2.55, 3.65, 6.25, 8.08, 13.55},
                                       {2.18, 2.81, 4.69, 6.12, 9.40}}};

const FusedModel& yolo(std::size_t scale) {
  static const auto all = [] {
    std::array<FusedModel, kScales.size()> models;
    for (std::size_t i = 0; i < models.size(); ++i) {
      const auto graph = make_zoo_model(kScales[i]).value();
      const auto shapes = propagate_shapes(graph).value();
      models[i] = fuse(graph, shapes, model_cost(graph, shapes), tensorrt_fusion());
    }
    return models;
  }();
  return all[scale];
}

BoardTarget target_of(std::string_view board, std::string_view mode = "") {
  return board_target(**find_device(board), mode).value();
}

void compare(const Published& published, Precision precision, const Latencies& latencies,
             std::vector<double>& errors) {
  const auto target = target_of(published.board);
  for (std::size_t i = 0; i < kScales.size(); ++i) {
    const auto prediction = predict(yolo(i), target, precision).value();
    const auto measured = latencies[i] / 1e3;
    errors.push_back(std::abs(prediction.seconds->mid / measured - 1));
    EXPECT_GE(measured, prediction.seconds->low) << published.board << " " << kScales[i];
    EXPECT_LE(measured, prediction.seconds->high) << published.board << " " << kScales[i];
    EXPECT_FALSE(prediction.at_least);
  }
}

double median(std::vector<double> errors) {
  std::ranges::sort(errors);
  const auto half = errors.size() / 2;
  return errors.size() % 2 == 1 ? errors[half] : (errors[half - 1] + errors[half]) / 2;
}

TEST(PredictBoard, ForetellsHalfPrecisionOnBoardsThatItHasNotSeen) {
  std::vector<double> errors;
  for (const auto& board : kUnseen) compare(board, Precision::fp16, board.fp16, errors);
  EXPECT_LE(median(errors), 0.08);
  EXPECT_LE(*std::ranges::max_element(errors), 0.20);
}

TEST(PredictBoard, MeetsThePublishedTableOfThreeBoards) {
  std::vector<double> errors;
  compare(kFitted, Precision::fp16, kFitted.fp16, errors);
  for (const auto& board : kUnseen) compare(board, Precision::fp16, board.fp16, errors);
  ASSERT_EQ(errors.size(), 15U);
  EXPECT_LE(median(errors), 0.15);
  EXPECT_LE(*std::ranges::max_element(errors), 0.30);
}

TEST(PredictBoard, HoldsForTheOtherPrecisionsToo) {
  std::vector<double> full, quantized;
  for (const auto& board : kUnseen) compare(board, Precision::fp32, board.fp32, full);
  for (const auto& board : kUnseen) compare(board, Precision::int8, board.int8, quantized);
  EXPECT_LE(median(full), 0.15);
  EXPECT_LE(median(quantized), 0.15);
}

TEST(PredictBoard, ASlowerModeIsSlower) {
  const auto fast = predict(yolo(0), target_of("agx-orin-64gb"), Precision::fp16).value();
  const auto slow =
      predict(yolo(0), target_of("agx-orin-64gb", "MODE_15W"), Precision::fp16).value();
  EXPECT_EQ(fast.mode, "MAXN");
  EXPECT_GT(slow.seconds->mid, 3 * fast.seconds->mid);
  EXPECT_LE(*slow.watts, 15);
}

TEST(PredictBoard, TheFastestModeIsTheOneWithoutCaps) {
  EXPECT_EQ(target_of("orin-nano-8gb-super").mode, "MAXN_SUPER");
  EXPECT_EQ(target_of("orin-nano-4gb-super").mode, "MAXN_SUPER");
  EXPECT_EQ(target_of("orin-nx-16gb-super").mode, "MAXN_SUPER");
}

// No source states the memory clock of these, or any clock; the highest ones are known.
TEST(PredictBoard, AModeWithoutCapsIsTheBoardAtItsHighest) {
  for (const auto& [board, mode] :
       {std::pair{"orin-nx-8gb-super", "MAXN_SUPER"}, std::pair{"agx-thor-t5000", "MAXN"}}) {
    const auto named = target_of(board, mode), usual = target_of(board);
    EXPECT_EQ(usual.mode, mode);
    EXPECT_THAT(named.assumption, HasSubstr(mode));
    const auto highest = peaks(**find_device(board));
    EXPECT_EQ(named.peaks.fp16, highest.fp16);
    EXPECT_EQ(named.peaks.bandwidth_bytes_per_second, highest.bandwidth_bytes_per_second);
    const auto first = predict(yolo(0), named, Precision::fp16).value();
    const auto second = predict(yolo(0), usual, Precision::fp16).value();
    EXPECT_EQ(first.seconds->mid, second.seconds->mid);
    EXPECT_THAT(first.rests_on, testing::Contains(HasSubstr("caps nothing")));
  }
  // What is stated needs no assumption; what has a cap is not taken for the highest.
  EXPECT_EQ(target_of("orin-nx-16gb-super").assumption, "");
  EXPECT_EQ(target_of("agx-orin-32gb", "MAXN").assumption, "");
  const auto& super = **find_device("orin-nx-8gb-super");
  EXPECT_THAT(board_target(super, "40W").error().what, HasSubstr("no source states the clocks"));
  EXPECT_THAT(board_target(**find_device("agx-thor-t5000"), "120W").error().what,
              HasSubstr("no source states the clocks"));
}

TEST(PredictBoard, ABoardWithoutModesSaysWhatItRestsOn) {
  const auto prediction = predict(yolo(0), target_of("agx-xavier-32gb"), Precision::fp16).value();
  EXPECT_EQ(prediction.mode, "");
  EXPECT_THAT(prediction.rests_on,
              testing::Contains("the table has no modes of this board; its highest clocks"));
}

TEST(PredictBoard, RefusesWhatTheBoardCannotDo) {
  const auto& nano = **find_device("jetson-nano-4gb");
  const auto prediction = predict(yolo(0), board_target(nano, "").value(), Precision::int8);
  ASSERT_FALSE(prediction);
  EXPECT_THAT(prediction.error().what, HasSubstr("no units for int8"));
  const auto& super = **find_device("orin-nano-8gb-super");
  EXPECT_THAT(board_target(super, "MAXN").error().what, HasSubstr("15W, 25W, MAXN_SUPER"));
  // The mode is in the table, its clocks are not.
  EXPECT_THAT(board_target(super, "7W").error().what, HasSubstr("no source states the clocks"));
  EXPECT_THAT(parse_precision("fp8").error().what, HasSubstr("fp32, fp16 or int8"));
}

// The network of one file may come in either form of 8 bits.
TEST(PredictBoard, OperatorsOf8BitArithmeticAreRefusedByNameAndNumber) {
  FusedModel model;
  model.kernels.resize(3);
  model.kernels[0].ops = "DynamicQuantizeLinear";
  model.kernels[1].ops = "ConvInteger+Cast+Mul";
  model.kernels[2].ops = "ConvInteger+QLinearAdd";
  const auto target = board_target(**find_device("orin-nano-8gb-super"), "").value();
  const auto prediction = predict(model, target, Precision::int8);
  ASSERT_FALSE(prediction);
  EXPECT_THAT(
      prediction.error().what,
      HasSubstr("no engine with ConvInteger (2), DynamicQuantizeLinear (1), QLinearAdd (1);"));
  for (auto& kernel : model.kernels) kernel.ops = "DequantizeLinear+Conv+QuantizeLinear";
  EXPECT_TRUE(check_for_tensorrt(model));
  EXPECT_TRUE(predict(model, target, Precision::int8));
}

TEST(PredictBoard, AnUnknownLayerHasNoTimeAndTheSumSaysSo) {
  FusedModel model;
  model.kernels.resize(2);
  model.kernels[0].flops = 1e9;
  model.kernels[0].write.elements = 1e6;
  model.kernels[1].known = false;
  model.unknown_operators["Wonder"] = 1;
  const auto prediction = predict(model, target_of("orin-nano-8gb-super"), Precision::fp16).value();
  EXPECT_TRUE(prediction.at_least);
  EXPECT_FALSE(prediction.kernels[1].seconds);
  EXPECT_GT(prediction.seconds->mid, 0);
  EXPECT_THAT(prediction.rests_on, testing::Contains(HasSubstr("1 Wonder")));
  EXPECT_FALSE(prediction.memory_bytes);
}

TEST(PredictBoard, WithoutAKernelOfKnownCostThereIsNoTime) {
  FusedModel model;
  const auto target = target_of("orin-nano-8gb-super");
  const auto of_free_layers = predict(model, target, Precision::fp16).value();
  EXPECT_FALSE(of_free_layers.seconds);
  EXPECT_FALSE(of_free_layers.at_least);
  EXPECT_THAT(of_free_layers.rests_on, testing::Contains(HasSubstr("every layer is free")));
  model.kernels.resize(1);
  model.kernels[0].known = false;
  model.unknown_operators["Wonder"] = 1;
  const auto of_unknown = predict(model, target, Precision::fp16).value();
  EXPECT_FALSE(of_unknown.seconds);
  EXPECT_TRUE(of_unknown.at_least);
  EXPECT_FALSE(of_unknown.joules);
  EXPECT_THAT(of_unknown.rests_on,
              testing::Contains(HasSubstr("no time can be told: the cost of 1 Wonder")));
}

TEST(PredictBoard, CountsWeightsAndActivationsAtThePrecision) {
  FusedModel model;
  model.kernels.resize(1);
  model.kernels[0].write = {.elements = 1000, .fixed_bytes = 0, .own_bytes = 4000};
  model.weight_elements = 500;
  model.peak_activation_bytes = 8000;
  const auto target = target_of("orin-nano-8gb-super");
  EXPECT_EQ(predict(model, target, Precision::fp16)->memory_bytes, 500 * 2 + 4000);
  EXPECT_EQ(predict(model, target, Precision::int8)->memory_bytes, 500 + 2000);
}

}  // namespace
}  // namespace jetmeter
