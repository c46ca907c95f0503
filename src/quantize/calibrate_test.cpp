// What runs models: skipped where no backend of this build does.
#include <gmock/gmock.h>

#include <algorithm>
#include <cstring>
#include <fstream>

#include "jetmeter/quantize.h"
#include "quantize/test_graphs.h"
#include "support/temp_dir.h"

namespace jetmeter {
namespace {

using testing::HasSubstr;

TensorData array(const std::string& name, Shape shape, const std::vector<float>& values) {
  TensorData data{{name, ElementType::float32, std::move(shape)}, {}};
  const auto bytes = std::as_bytes(std::span(values));
  data.bytes.assign(bytes.begin(), bytes.end());
  return data;
}

const std::vector<TensorSpec> kInputs{{"x", ElementType::float32, {1, 2, 6, 6}}};

std::unique_ptr<CalibrationSamples> samples(std::int64_t count, std::int64_t limit = 0) {
  auto made = array_samples(
      kInputs, {array("x", {count, 2, 6, 6}, wave(static_cast<std::size_t>(count) * 72, 2))},
      limit);
  EXPECT_TRUE(made);
  return std::move(*made);
}

std::string refusal(std::vector<TensorData> arrays) {
  const auto made = array_samples(kInputs, std::move(arrays));
  return made ? "" : made.error().what;
}

TEST(ArraySamples, TakesManyAlongTheFirstAxis) {
  EXPECT_EQ(samples(5)->count(), 5);
  EXPECT_EQ(samples(5, 2)->count(), 2);
  EXPECT_EQ(samples(5)->identity(), samples(5)->identity());
  EXPECT_NE(samples(5)->identity(), samples(5, 2)->identity());
}

TEST(ArraySamples, GivesThemInOrderAndAgain) {
  const auto two = samples(2);
  std::vector<float> place(72);
  const Shape shape{1, 2, 6, 6};
  const TensorView view{ElementType::float32, shape, place.data(), place.size() * 4};
  ASSERT_TRUE(*two->next({&view, 1}));
  EXPECT_EQ(place[0], wave(144, 2)[0]);
  ASSERT_TRUE(*two->next({&view, 1}));
  EXPECT_EQ(place[0], wave(144, 2)[72]);
  EXPECT_FALSE(*two->next({&view, 1}));
  ASSERT_TRUE(two->restart(1));
  ASSERT_TRUE(*two->next({&view, 1}));
  EXPECT_EQ(place[0], wave(144, 2)[72]);
}

TEST(ArraySamples, RefusesWhatDoesNotFit) {
  EXPECT_THAT(refusal({array("x", {1, 3, 6, 6}, wave(108))}),
              HasSubstr("array 'x' is float32 1x3x6x6; the model's input 'x' is float32 1x2x6x6"));
  EXPECT_THAT(refusal({array("x", {0, 2, 6, 6}, {})}), HasSubstr("array 'x' is empty"));
  EXPECT_THAT(refusal({}), HasSubstr("no array for input 'x'; they have none"));
  auto values = wave(72);
  values[7] = std::nanf("");
  EXPECT_THAT(refusal({array("x", {1, 2, 6, 6}, values)}), HasSubstr("holds NaN"));
  auto integers = array("x", {1, 2, 6, 6}, wave(72));
  integers.spec.type = ElementType::int32;
  EXPECT_THAT(refusal({integers}), HasSubstr("array 'x' is int32"));
}

class Calibrating : public testing::Test {
 protected:
  void SetUp() override {
    const auto choice = choose_backend("auto", "model.onnx");
    if (!choice || choice->backend->name != "onnxruntime")
      GTEST_SKIP() << "this build has no ONNX Runtime";
    options_.folder = folder_.path();
    options_.load.threads = 1;
  }
  Calibration calibration(const ModelGraph& model, const QuantizePlan& plan, Calibration begun = {},
                          std::int64_t count = 6) {
    const auto data = samples(count);
    auto done = calibrate(model, plan.observe, *data, std::move(begun), options_);
    EXPECT_TRUE(done) << done.error().what;
    return done.value_or(Calibration{});
  }

  TempDir folder_;
  CalibrateOptions options_;
};

TEST_F(Calibrating, FindsTheRangeOfTheInput) {
  const auto model = relu_network();
  const auto plan = *plan_quantization(model, {});
  const auto found = calibration(model, plan);
  EXPECT_TRUE(found.covers(plan.observe));
  const auto& x = found.tensors.at("x").statistics;
  EXPECT_EQ(x.count(), 6 * 72U);
  const auto given = wave(6 * 72, 2);
  EXPECT_EQ(x.max(), *std::ranges::max_element(given));
  EXPECT_EQ(found.tensors.at("relu").statistics.min(), 0);
}

TEST_F(Calibrating, GivesTheSameInAnyNumberOfPasses) {
  const auto model = silu_network();
  const auto plan = *plan_quantization(model, {});
  const auto at_once = calibration(model, plan);
  options_.max_bytes = 1;
  const auto one_by_one = calibration(model, plan);
  ASSERT_TRUE(one_by_one.covers(plan.observe));
  for (const auto& name : plan.observe) {
    const auto& a = at_once.tensors.at(name).statistics;
    const auto& b = one_by_one.tensors.at(name).statistics;
    EXPECT_EQ(a.count(), b.count());
    EXPECT_NEAR(a.min(), b.min(), 1e-5);  // the runtime fuses what is not an output
    EXPECT_NEAR(a.max(), b.max(), 1e-5);
  }
}

TEST_F(Calibrating, GoesOnWhereItWasStopped) {
  const auto model = silu_network();
  const auto plan = *plan_quantization(model, {});
  const auto whole = to_json(calibration(model, plan));
  options_.cache = folder_.path() / "cache.json";
  options_.watch = [](const QuantizeProgress& p) { return p.done < 3; };
  EXPECT_FALSE(calibration(model, plan).covers(plan.observe));
  auto begun = read_calibration(options_.cache);
  ASSERT_TRUE(begun && *begun);
  EXPECT_EQ((*begun)->tensors.at("x").samples, 3);
  std::vector<std::int64_t> steps;
  options_.watch = [&](const QuantizeProgress& p) {
    steps.push_back(p.done);
    return true;
  };
  EXPECT_EQ(to_json(calibration(model, plan, **begun)), whole);
  EXPECT_EQ(steps.front(), 3);  // not from the beginning
}

TEST_F(Calibrating, NamesTheTensorThatLeavesTheNumbers) {
  GraphBuilder g("log");
  const auto x = g.input("x", {1, 2, 6, 6});
  conv(g, "y", g.node("Log", "log", {x}), 2, 3);
  g.output("y", {1, 3, 6, 6});
  const auto model = g.take();
  const auto plan = *plan_quantization(model, {});
  const auto data = samples(2);
  const auto done = calibrate(model, plan.observe, *data, {}, options_);
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().what, HasSubstr("sample 1 leads to NaN or infinity in tensor 'log'"));
}

TEST_F(Calibrating, GivesAModelThatAnswersNearlyTheSame) {
  for (const auto target : {QuantizeTarget::onnxruntime, QuantizeTarget::tensorrt})
    for (const auto& model : {silu_network(), relu_network()}) {
      const auto plan = *plan_quantization(model, {.target = target});
      const auto ranges = ranges_of(plan, calibration(model, plan), {});
      ASSERT_TRUE(ranges);
      const auto result = quantized(model, plan, *ranges);
      ASSERT_TRUE(result) << result.error().what;
      const auto data = samples(6);
      const auto errors = output_errors(model, *result, *data, 6, options_);
      ASSERT_TRUE(errors) << errors.error().what;
      EXPECT_GT(*errors->front().cosine, 0.999) << name(target);
      EXPECT_GT(*errors->front().relative_l2, 0) << "nothing was quantised";
    }
}

TEST_F(Calibrating, RanksLayersByTheErrorThatEachCauses) {
  auto model = silu_network();
  auto plan = *plan_quantization(model, {});
  auto ranges = *ranges_of(plan, calibration(model, plan), {});
  ranges["sum"] = {-1000, 1000};  // conv c reads next to nothing of it
  const auto data = samples(2);
  ASSERT_TRUE(layer_errors(model, plan, ranges, *data, 2, options_));
  EXPECT_EQ(most_sensitive(plan, 1).at(0), 2U);
  EXPECT_EQ(most_sensitive(plan, 9).size(), 3U);
}

TEST(CalibrationCache, ComesBackFromItsText) {
  Calibration calibration{"00ff", "two samples", 2, {}};
  auto& x = calibration.tensors["x"];
  x.statistics.add(std::vector<float>{-1.5F, 0.1F, 3});
  x.samples = 2;
  const auto again = calibration_from_json(to_json(calibration));
  ASSERT_TRUE(again) << again.error().what;
  EXPECT_EQ(to_json(*again), to_json(calibration));
  EXPECT_EQ(again->tensors.at("x").statistics.min(), -1.5F);
}

TEST(CalibrationCache, RefusesAnyOtherText) {
  for (const char* text : {"", "{", "[]", "{}", "null", R"({"jetmeter_calibration":2})",
                           R"({"jetmeter_calibration":1})", R"({"jetmeter_calibration":"x"})"})
    EXPECT_FALSE(calibration_from_json(text)) << text;
}

TEST(CalibrationCache, IsOfOneModelAndOneSetOfSamples) {
  const Calibration calibration{"00ff", "two samples", 2, {}};
  EXPECT_TRUE(check_calibration(calibration, "00ff", "two samples"));
  EXPECT_THAT(check_calibration(calibration, "00fe", "two samples").error().what,
              HasSubstr("of another model"));
  EXPECT_THAT(check_calibration(calibration, "00ff", "three").error().what,
              HasSubstr("other samples (two samples; now three)"));
}

}  // namespace
}  // namespace jetmeter
