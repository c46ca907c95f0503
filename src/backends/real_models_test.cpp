// Detectors as people really export them. Skipped where the data are not at hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstdlib>

#include "backends/tensor_buffer.h"
#include "jetmeter/backend.h"

namespace jetmeter {
namespace {

std::filesystem::path data_directory() {
  const char* given = std::getenv("JETMETER_DATA");
  return given != nullptr ? given : JM_DEFAULT_DATA;
}

struct RealModel {
  const char* file;
  std::vector<Shape> outputs;
  bool opencv_reads_it;  // quantisation with DynamicQuantizeLinear is unknown to OpenCV 4.6
};

class RealDetector : public testing::TestWithParam<RealModel> {
 protected:
  void SetUp() override {
    path_ = data_directory() / "models" / "detectors" / GetParam().file;
    if (!std::filesystem::exists(path_)) GTEST_SKIP() << path_ << " is not at hand";
  }
  std::shared_ptr<Model> load(std::string_view backend) {
    const auto choice = choose_backend(backend, path_);
    if (!choice) return nullptr;
    auto model = load_model(*choice, path_, {});
    EXPECT_TRUE(model) << model.error().what;
    return model.value_or(nullptr);
  }
  std::filesystem::path path_;
};

std::vector<std::vector<float>> run_on_grey(Model& model) {
  auto session = model.open({});
  EXPECT_TRUE(session) << session.error().what;
  if (!session) return {};
  for (auto& value : (*session)->input(0).as<float>()) value = 0.5F;
  const auto ran = (*session)->run();
  EXPECT_TRUE(ran) << ran.error().what;
  std::vector<std::vector<float>> outputs;
  for (std::size_t i = 0; i < model.info().outputs.size(); ++i) {
    const auto values = (*session)->output(i).as<float>();
    outputs.emplace_back(values.begin(), values.end());
  }
  return outputs;
}

TEST_P(RealDetector, RunsWithOnnxRuntime) {
  const auto model = load("onnxruntime");
  if (!model) GTEST_SKIP() << "onnxruntime is not in this build";
  const auto& specs = model->info().outputs;
  ASSERT_EQ(specs.size(), GetParam().outputs.size());
  const auto outputs = run_on_grey(*model);
  ASSERT_EQ(outputs.size(), specs.size());
  for (std::size_t i = 0; i < specs.size(); ++i) {
    EXPECT_EQ(specs[i].shape, GetParam().outputs[i]);
    EXPECT_EQ(static_cast<std::int64_t>(outputs[i].size()), element_count(specs[i].shape));
    EXPECT_TRUE(std::isfinite(outputs[i].front()));
  }
}

TEST_P(RealDetector, RunsWithOpencvToTheSameNumbersOrIsRefusedWithAnAlternative) {
  const auto choice = choose_backend("opencv_dnn", path_);
  const auto reference = choose_backend("onnxruntime", path_);
  if (!choice || !reference) GTEST_SKIP() << "needs opencv_dnn and onnxruntime";
  const auto model = load_model(*choice, path_, {});
  ASSERT_EQ(model.has_value(), GetParam().opencv_reads_it)
      << (model ? "it loads" : model.error().what);
  if (!model) {
    EXPECT_THAT(model.error().what, testing::HasSubstr("try --backend onnxruntime"));
    EXPECT_THAT(model.error().what, testing::HasSubstr("DynamicQuantizeLinear"));
    return;
  }
  const auto ours = run_on_grey(**model);
  const auto theirs = run_on_grey(*load("onnxruntime"));
  ASSERT_EQ(ours.size(), theirs.size());
  for (std::size_t i = 0; i < ours.size(); ++i) {
    ASSERT_EQ(ours[i].size(), theirs[i].size());
    for (std::size_t k = 0; k < ours[i].size(); ++k)
      ASSERT_NEAR(ours[i][k], theirs[i][k], 1e-3) << "output " << i << " at " << k;
  }
}

// The share of the runs' time that the layers account for is a property of the result (see
// --gtest_output): it depends on what else the machine does.
TEST_P(RealDetector, TellsItsLayers) {
  for (const auto* backend : {"onnxruntime", "opencv_dnn"}) {
    const auto choice = choose_backend(backend, path_);
    if (!choice) continue;
    LoadOptions options;
    options.profile_layers = true;
    const auto model = load_model(*choice, path_, options);
    if (!model && !GetParam().opencv_reads_it) continue;
    ASSERT_TRUE(model) << model.error().what;
    auto session = (*model)->open({});
    ASSERT_TRUE(session) << session.error().what;
    ASSERT_TRUE((*session)->run());
    Nanoseconds wall{0}, compute{0}, in_layers{0};
    for (int i = 0; i < 5; ++i) {
      const auto begin = std::chrono::steady_clock::now();
      ASSERT_TRUE((*session)->run());
      wall += std::chrono::steady_clock::now() - begin;
      compute += (*session)->stages().compute.value_or(Nanoseconds(0));
    }
    const auto layers = (*session)->layers();
    ASSERT_TRUE(layers) << layers.error().what;
    EXPECT_GT(layers->size(), 100U);
    for (const auto& layer : *layers) {
      EXPECT_FALSE(layer.name.empty());
      EXPECT_FALSE(layer.type.empty());
      EXPECT_EQ(layer.calls, 5) << layer.name;
      in_layers += layer.total;
    }
    EXPECT_LE(in_layers, wall);
    EXPECT_LE(compute, wall);
    RecordProperty(std::string(backend) + "_layers_percent_of_wall",
                   static_cast<int>(100 * in_layers.count() / wall.count()));
    RecordProperty(std::string(backend) + "_compute_percent_of_wall",
                   static_cast<int>(100 * compute.count() / wall.count()));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Each, RealDetector,
    testing::Values(
        RealModel{"yolov8n_int8_640.onnx", {{1, 84, 8400}}, false},
        RealModel{"yolo11n_int8_320.onnx", {{1, 84, 2100}}, false},
        RealModel{"yolox_nano_416.onnx", {{1, 3549, 85}}, true},
        RealModel{
            "nanodet_m_416.onnx",
            {{1, 2704, 80}, {1, 676, 80}, {1, 169, 80}, {1, 2704, 32}, {1, 676, 32}, {1, 169, 32}},
            true}),
    [](const auto& test) {
      return std::string(test.param.file, std::string_view(test.param.file).find('.'));
    });

}  // namespace
}  // namespace jetmeter
