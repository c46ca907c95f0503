// From a real detector to one in integers, and what the program says of wrong requests.
#include <gmock/gmock.h>

#include <algorithm>

#include "support/program.h"
#include "support/real_data.h"

namespace jetmeter {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

class ModelQuantize : public testing::Test {
 protected:
  void SetUp() override {
    JM_SKIP_WITHOUT(real_data("models/detectors"));
    const auto list = nlohmann::json::parse(run_program({"list", "--format", "json"}, place_).out);
    for (const auto& backend : list.at("backends"))
      if (backend.at("name") == "onnxruntime" && backend.at("available") == true) return;
    GTEST_SKIP() << "this build has no ONNX Runtime";
  }
  static std::string model(const std::string& name) {
    return real_data("models/detectors/" + name).string();
  }
  static std::string images() { return real_data("images/voc50/images").string(); }
  ProgramResult quantize(std::vector<std::string> words) {
    words.insert(words.begin(), {"model", "quantize"});
    words.insert(words.end(), {"-o", place_ / "int8.onnx"});
    return run_program(words, place_);
  }
  std::string refusal(std::vector<std::string> words) {
    const auto result = quantize(std::move(words));
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_FALSE(fs::exists(place_ / "int8.onnx"));
    return result.err;
  }
  Workplace place_;
};

TEST_F(ModelQuantize, WritesAModelAndKeepsWhatItSaw) {
  const auto cache = place_ / "seen.json";
  const auto nanodet = model("nanodet_m_416.onnx");
  const auto first =
      quantize({nanodet, "--calibration", images(), "--samples", "2", "--calibration-cache", cache,
                "--format", "json", "--max-layer-error", "0"});
  ASSERT_EQ(first.exit_code, 0) << first.err;
  const auto report = nlohmann::json::parse(first.out);
  EXPECT_EQ(report["quantized_layers"], 73);
  EXPECT_EQ(report["samples"], 2);
  EXPECT_EQ(report["from_cache"], false);
  ASSERT_FALSE(report["outputs"].empty());
  for (const auto& output : report["outputs"]) EXPECT_GT(output["cosine"], 0.9);
  EXPECT_LT(fs::file_size(place_ / "int8.onnx"), fs::file_size(nanodet) / 2);

  const auto again =
      quantize({nanodet, "--calibration-cache", cache, "--target", "tensorrt", "--format", "json"});
  ASSERT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(nlohmann::json::parse(again.out)["from_cache"], true);

  fs::remove(place_ / "int8.onnx");
  EXPECT_THAT(refusal({model("yolox_nano_416.onnx"), "--calibration-cache", cache}),
              HasSubstr("the calibration cache is of another model"));
}

TEST_F(ModelQuantize, LeavesAloneTheLayersThatCostMost) {
  // With one picture and a low bar: what is tried is the choice, not the accuracy.
  const auto result =
      quantize({model("nanodet_m_416.onnx"), "--calibration", images(), "--samples", "1",
                "--error-samples", "1", "--max-layer-error", "5", "--format", "json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto report = nlohmann::json::parse(result.out);
  EXPECT_LT(report["quantized_layers"], 73);
  EXPECT_GT(report["quantized_layers"], 50);
}

TEST_F(ModelQuantize, RefusesInOneSentence) {
  const auto original = place_.write("own.onnx", "x");
  fs::copy_file(model("nanodet_m_416.onnx"), original, fs::copy_options::overwrite_existing);
  const auto onto_itself = run_program(
      {"model", "quantize", original, "--calibration", images(), "-o", original}, place_);
  EXPECT_EQ(onto_itself.exit_code, 1);
  EXPECT_THAT(onto_itself.err, HasSubstr("is a part of the model itself"));
  const auto nanodet = model("nanodet_m_416.onnx");
  EXPECT_THAT(refusal({nanodet}), HasSubstr("give it with --calibration"));
  EXPECT_THAT(refusal({nanodet, "--calibration", images(), "--skip", "Conf"}),
              HasSubstr("no layer has the name or the operator 'Conf'"));
  EXPECT_THAT(refusal({model("yolov8n_int8_640.onnx"), "--calibration", images()}),
              HasSubstr("the model is quantised already"));
  EXPECT_THAT(refusal({nanodet, "--calibration", place_ / "nowhere"}), HasSubstr("nowhere"));
  const auto broken = place_.write("seen.json", "{\"jetmeter_calibration\": 1");
  EXPECT_THAT(refusal({nanodet, "--calibration-cache", broken}),
              HasSubstr("it is damaged or no calibration"));
}

// What 8 bits cost on pictures that the calibration has not seen.
class QuantizedAccuracy : public ModelQuantize {
 protected:
  static constexpr std::size_t kShown = 32, kOthers = 18;
  static constexpr double kMostLoss = 0.02;

  void SetUp() override {
    JM_SKIP_WITHOUT(real_data("images/voc50"));
    ModelQuantize::SetUp();
    if (!IsSkipped()) split();
  }

  void expect_small_loss(const std::string& file) {
    const auto result =
        quantize({model(file), "--calibration", place_ / "shown", "--error-samples", "1"});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    const auto before = map50(model(file), "fp32");
    EXPECT_GT(before, 0.7);
    EXPECT_GE(map50(place_ / "int8.onnx", "int8"), before - kMostLoss);
  }

 private:
  // The first pictures by name in one folder, the others in another, with their labels.
  void split() {
    for (const auto* folder : {"shown", "others", "labels"}) fs::create_directory(place_ / folder);
    std::vector<fs::path> pictures;
    for (const auto& each : fs::directory_iterator(images())) pictures.push_back(each.path());
    std::sort(pictures.begin(), pictures.end());
    ASSERT_EQ(pictures.size(), kShown + kOthers);
    for (std::size_t i = 0; i < pictures.size(); ++i) {
      const fs::path folder = place_ / (i < kShown ? "shown" : "others");
      fs::create_symlink(pictures[i], folder / pictures[i].filename());
      const auto label = pictures[i].stem().string() + ".txt";
      if (i >= kShown)
        fs::create_symlink(real_data("images/voc50/labels/" + label),
                           fs::path(place_ / "labels") / label);
    }
  }

  double map50(const std::string& file, const std::string& run) {
    const auto result =
        run_program({"detect", "--model0", file, "--source", place_ / "others", "--ground-truth",
                     place_ / "labels", "--conf", "0.05", "--iou", "0.6", "--out", place_ / run},
                    place_);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    const auto slot = read_json(fs::path(place_ / run) / "report.json").at("slots").at(0);
    EXPECT_EQ(slot.at("frames"), kOthers);
    return slot.at("accuracy").at("map50");
  }
};

TEST_F(QuantizedAccuracy, YoloxLosesLittle) {
  expect_small_loss("yolox_nano_416.onnx");
}

TEST_F(QuantizedAccuracy, NanodetLosesLittle) {
  expect_small_loss("nanodet_m_416.onnx");
}

}  // namespace
}  // namespace jetmeter
