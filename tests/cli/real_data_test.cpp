// Real detectors on real pictures and videos, where these are at hand (JETMETER_DATA).
#include <gmock/gmock.h>

#include <array>

#include "jetmeter/detection.h"
#include "support/program.h"

namespace jetmeter {
namespace {

std::filesystem::path data_root() {
  const char* given = std::getenv("JETMETER_DATA");
  return given ? given : JM_DEFAULT_DATA;
}

class RealData : public testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(data_root() / "models"))
      GTEST_SKIP() << "no models under " << data_root() << "; set JETMETER_DATA";
    const Workplace place;
    const auto list = nlohmann::json::parse(run_program({"list", "--format", "json"}, place).out);
    for (const auto& backend : list.at("backends"))
      if (backend.at("name") == "onnxruntime" && backend.at("available") == true) return;
    GTEST_SKIP() << "this build has no ONNX Runtime";
  }
  static std::string data(const std::string& name) { return (data_root() / name).string(); }
  nlohmann::json run(std::vector<std::string> words) {
    words.insert(words.begin(), "detect");
    words.insert(words.end(), {"--out", place_ / "run"});
    const auto result = run_program(words, place_);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return read_json(place_ / "run/report.json");
  }
  Workplace place_;
};

struct Detector {
  const char* file;
  double map50;  // by an independent evaluator
  const char* head;
};

class RealDetector : public RealData, public testing::WithParamInterface<Detector> {};

TEST_P(RealDetector, ReachesItsKnownAccuracy) {
  const auto report = run({"--model0", data(std::string("models/detectors/") + GetParam().file),
                           "--source", data("images/voc50/images"), "--ground-truth",
                           data("images/voc50/labels"), "--conf", "0.05", "--iou", "0.6"});
  const auto& slot = report["slots"][0];
  EXPECT_EQ(slot["frames"], 50);
  EXPECT_EQ(slot["pipeline"]["head"], GetParam().head);
  EXPECT_NEAR(slot["accuracy"]["map50"].get<double>(), GetParam().map50, 0.015);
}

INSTANTIATE_TEST_SUITE_P(, RealDetector,
                         testing::Values(Detector{"yolov8n_int8_640.onnx", 0.801, "yolo"},
                                         Detector{"yolo11n_int8_320.onnx", 0.780, "yolo"},
                                         Detector{"yolox_nano_416.onnx", 0.760, "yolox"},
                                         Detector{"nanodet_m_416.onnx", 0.752, "nanodet"}),
                         [](const auto& test) {
                           const std::string file = test.param.file;
                           return file.substr(0, file.find('_'));
                         });

TEST_F(RealData, TheBusAndItsPassengersAreFound) {
  run({"--model0", data("models/detectors/yolov8n_int8_640.onnx"), "--source",
       data("images/rgb/bus.jpg")});
  const auto lines = read_json_lines(place_ / "run/detections.jsonl");
  ASSERT_EQ(lines.size(), 1U);
  const auto best_iou = [&](const std::string& label, const Box& box) {
    float best = 0;
    for (const auto& found : lines[0]["detections"]) {
      const auto& b = found["box"];
      if (found["class"] == label) best = std::max(best, iou({b[0], b[1], b[2], b[3]}, box));
    }
    return best;
  };
  EXPECT_GE(best_iou("bus", {4, 229, 796, 728}), 0.8F);
  int persons = 0;
  for (const auto& box : {Box{671, 395, 810, 879}, Box{47, 400, 239, 904}, Box{223, 409, 344, 860},
                          Box{0, 556, 69, 872}})
    persons += best_iou("person", box) >= 0.8F ? 1 : 0;
  EXPECT_GE(persons, 3);
}

TEST_F(RealData, VideosRunInAllThreeModes) {
  const auto model = data("models/detectors/yolox_nano_416.onnx");
  for (const std::string mode : {"rgb", "thermal"}) {
    const Workplace place;
    const auto result = run_program(
        {"detect", "--mode", mode, mode == "rgb" ? "--model0" : "--model1", model, "--source",
         data("videos/01_dog.mp4"), "--max-frames", "20", "--out", place / "run"},
        place);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    const auto report = read_json(place / "run/report.json");
    EXPECT_EQ(report["slots"][mode == "rgb" ? 0 : 1]["frames"], 20);
  }
  const auto report =
      run({"--model0", model, "--model1", model, "--rgb-source", data("videos/08_driving.mp4"),
           "--thermal-source", data("videos/thermal_uav_static.mp4"), "--max-frames", "20"});
  EXPECT_EQ(report["pairs"]["pairs"], 20);
  EXPECT_EQ(report["slots"][1]["model"]["shared_with"], "rgb");
}

}  // namespace
}  // namespace jetmeter
