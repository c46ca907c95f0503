// Models as people export them: every shape as ONNX Runtime has it, and what the whole needs as
// read_model_memory() has it. Skipped where the data are not at hand.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "cost/test_ort_shapes.h"
#include "support/real_data.h"

namespace jetmeter {
namespace {

struct RealModel {
  const char* file;
  ShapeHints hints = {};
  bool runs = true;           // ONNX Runtime has every operator for the CPU
  std::int64_t integers = 1;  // what integer inputs hold when it runs
};

class RealCost : public testing::TestWithParam<RealModel> {};

TEST_P(RealCost, KnowsEveryShapeAsOnnxRuntimeHasIt) {
  const auto path = real_data(fmt::format("models/{}", GetParam().file));
  JM_SKIP_WITHOUT(path);
  const auto model = read_onnx(path);
  ASSERT_TRUE(model) << model.error().what;
  if (!runtime_is_there()) GTEST_SKIP() << "onnxruntime is not in this build";
  if (!GetParam().runs) GTEST_SKIP() << "ONNX Runtime lacks ConvInteger for signed weights";
  EXPECT_GT(expect_shapes_as_run(*model, GetParam().hints, GetParam().integers), 3u);
}

TEST_P(RealCost, NeedsTheActivationsThatItsFileNeeds) {
  const auto path = real_data(fmt::format("models/{}", GetParam().file));
  JM_SKIP_WITHOUT(path);
  const auto memory = read_model_memory(path, GetParam().hints);
  ASSERT_TRUE(memory) << memory.error().what;
  const auto cost = model_cost(*read_onnx(path), GetParam().hints);
  ASSERT_TRUE(cost) << cost.error().what;
  EXPECT_TRUE(cost->complete());
  if (memory->unknown_shapes > 0) GTEST_SKIP() << memory->unknown_names[0] << " is not known";
  EXPECT_EQ(cost->peak_activation_bytes, memory->peak_activation_bytes);
  EXPECT_EQ(cost->weight_bytes, memory->weight_bytes);
}

// 32 ms at 16 kHz.
const ShapeHints kSpeech{.inputs = {{"input", {1, 512}}, {"state", {2, 1, 128}}}};

INSTANTIATE_TEST_SUITE_P(RealModels, RealCost,
                         testing::Values(RealModel{"detectors/yolov8n_int8_640.onnx"},
                                         RealModel{"detectors/yolo11n_int8_320.onnx"},
                                         RealModel{"detectors/yolox_nano_416.onnx"},
                                         RealModel{"detectors/nanodet_m_416.onnx"},
                                         RealModel{"classifiers/mobilenet_v2_int8.onnx",
                                                   {.inputs = {{"input", {1, 3, 224, 224}}}},
                                                   false},
                                         RealModel{"other/silero_vad.onnx", kSpeech, true, 16000},
                                         RealModel{"other/silero_vad_half.onnx", kSpeech, true,
                                                   16000}));

}  // namespace
}  // namespace jetmeter
