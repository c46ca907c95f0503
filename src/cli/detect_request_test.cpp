#include "cli/detect_request.h"

#include <gtest/gtest.h>

namespace jetmeter {
namespace {

Result<RunSpec> parsed(std::vector<std::string> words) {
  CLI::App app;
  DetectOptions options;
  add_detect_options(app, options);
  std::reverse(words.begin(), words.end());
  app.parse(words);
  return run_spec(options);
}

TEST(Mode, FollowsFromWhatIsGiven) {
  const auto rgb = parsed({"--model0", "a.onnx", "--source", "synthetic"});
  EXPECT_EQ(rgb.value().slots[0].skip_reason, "");
  EXPECT_EQ(rgb.value().slots[1].skip_reason, "not used in rgb mode");
  const auto thermal = parsed({"--model1", "a.onnx", "--source", "synthetic"});
  EXPECT_EQ(thermal.value().slots[0].skip_reason, "not used in thermal mode");
  EXPECT_EQ(thermal.value().slots[1].source, "synthetic");
  const auto dual = parsed(
      {"--model0", "a.onnx", "--model1", "b.onnx", "--rgb-source", "x", "--thermal-source", "y"});
  EXPECT_EQ(dual.value().slots[0].source, "x");
  EXPECT_EQ(dual.value().slots[1].source, "y");
}

TEST(ThermalOptions, ApplyToTheThermalSlotOnly) {
  const auto spec = parsed(
      {"--model0",          "a.onnx",     "--model1",       "b.onnx", "--rgb-source",   "x",
       "--thermal-source",  "y",          "--head",         "yolo",   "--thermal-head", "yolox",
       "--thermal-backend", "opencv_dnn", "--ground-truth", "t",      "--imgsz",        "480",
       "--thermal-imgsz",   "416"});
  EXPECT_EQ(spec.value().slots[0].pipeline.head, "yolo");
  EXPECT_EQ(spec.value().slots[1].pipeline.head, "yolox");
  EXPECT_EQ(spec.value().slots[0].pipeline.image_size, 480);
  EXPECT_EQ(spec.value().slots[1].pipeline.image_size, 416);
  EXPECT_EQ(spec.value().slots[0].backend, "auto");
  EXPECT_EQ(spec.value().slots[1].backend, "opencv_dnn");
  EXPECT_EQ(spec.value().slots[0].ground_truth, "t");
  EXPECT_EQ(spec.value().slots[1].ground_truth, "");
}

TEST(ImageSize, IsKnownOnlyWhereItWasTyped) {
  const auto plain = parsed({"--model0", "a.onnx", "--source", "x"});
  EXPECT_EQ(plain.value().slots[0].pipeline.image_size, std::nullopt);
  const auto typed = parsed({"--model0", "a.onnx", "--source", "x", "--image-size", "640"});
  EXPECT_EQ(typed.value().slots[0].pipeline.image_size, 640);
}

TEST(Normalisation, IsReadAsPeopleWriteIt) {
  const auto spec = parsed({"--model0", "a.onnx", "--source", "x", "--scale", "1/255", "--mean",
                            "0.485,0.456,0.406", "--std", "0.229,0.224,0.225", "--channels", "bgr",
                            "--fit", "stretch"});
  const auto& pipeline = spec.value().slots[0].pipeline;
  EXPECT_FLOAT_EQ(pipeline.scale.value(), 1.0F / 255);
  EXPECT_FLOAT_EQ((*pipeline.mean)[1], 0.456F);
  EXPECT_FLOAT_EQ((*pipeline.stdev)[2], 0.225F);
  EXPECT_EQ(pipeline.channels, Channels::bgr);
  EXPECT_EQ(pipeline.fit, Fit::stretch);
  const auto plain = parsed({"--model0", "a.onnx", "--source", "x", "--scale", "0.5"});
  EXPECT_FLOAT_EQ(plain.value().slots[0].pipeline.scale.value(), 0.5F);
  EXPECT_FALSE(parsed({"--model0", "a.onnx", "--source", "x", "--scale", "1/x"}));
  EXPECT_FALSE(parsed({"--model0", "a.onnx", "--source", "x", "--scale", "1/255abc"}));
  EXPECT_FALSE(parsed({"--model0", "a.onnx", "--source", "x", "--scale", "fast"}));
}

TEST(BackendOptions, ArePairs) {
  const auto spec = parsed({"--model0", "a.onnx", "--source", "x", "--backend-option", "k=v",
                            "--backend-option", "path=a=b", "--threads", "3"});
  const auto& load = spec.value().slots[0].load;
  ASSERT_EQ(load.options.size(), 2U);
  EXPECT_EQ(load.options[1].first, "path");
  EXPECT_EQ(load.options[1].second, "a=b");
  EXPECT_EQ(load.threads, 3);
}

TEST(Parallel, IsTheOlderToolsWordForTheSchedule) {
  const auto alternate = parsed({"--model0", "a", "--source", "x", "--schedule", "alternate"});
  EXPECT_EQ(alternate.value().schedule, Schedule::alternate);
  const auto parallel = parsed({"--model0", "a", "--source", "x", "--parallel"});
  EXPECT_EQ(parallel.value().schedule, Schedule::parallel);
}

}  // namespace
}  // namespace jetmeter
