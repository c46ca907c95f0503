// What is peculiar to OpenCV's DNN module.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "backends/test_models.h"
#include "jetmeter/backend.h"
#include "support/temp_dir.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class OpencvDnn : public testing::Test {
 protected:
  void SetUp() override {
    const auto choice = choose_backend("opencv_dnn", "m.onnx");
    if (!choice) GTEST_SKIP() << choice.error().what;
    backend_ = choice->backend;
  }
  std::string refusal(const OnnxBuilder& builder, const LoadOptions& options) {
    const auto model = backend_->load(dir_.write("m.onnx", builder.bytes()), options);
    return model ? "loaded" : model.error().what;
  }

  TempDir dir_;
  const Backend* backend_ = nullptr;
};

TEST_F(OpencvDnn, RefusesInputsThatAreNotFloat32) {
  const auto builder = OnnxBuilder()
                           .input("x", OnnxBuilder::kHalf, {1, 3})
                           .node("Identity", {"x"}, {"y"})
                           .output("y", OnnxBuilder::kHalf, {1, 3});
  EXPECT_EQ(refusal(builder, {}), "opencv_dnn takes float32 inputs only, but input 'x' is float16");
}

TEST_F(OpencvDnn, NamesAnOperatorThatItDoesNotKnow) {
  const auto builder = OnnxBuilder()
                           .input("x", OnnxBuilder::kFloat, {1, 3})
                           .node("Frobnicate", {"x"}, {"y"})
                           .output("y", OnnxBuilder::kFloat, {1, 3});
  testing::internal::CaptureStderr();
  const auto words = refusal(builder, {});
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "") << "a library that prints";
  EXPECT_THAT(words, HasSubstr("Frobnicate"));
  EXPECT_THAT(words, Not(HasSubstr("\n")));
}

TEST_F(OpencvDnn, RefusesOptions) {
  LoadOptions options;
  options.options = {{"session.intra_op.allow_spinning", "0"}};
  const auto builder = OnnxBuilder().input("x", OnnxBuilder::kFloat, {1, 3});
  EXPECT_THAT(refusal(builder, options), HasSubstr("takes no options"));
}

TEST_F(OpencvDnn, GivesOutputsInTheirDeclaredOrderAndByName) {
  const auto path = dir_.write("m.onnx", OnnxBuilder()
                                             .input("x", OnnxBuilder::kFloat, {1, 3})
                                             .node("Neg", {"x"}, {"minus"})
                                             .node("Relu", {"x"}, {"plus"})
                                             .output("plus", OnnxBuilder::kFloat, {1, 3})
                                             .output("minus", OnnxBuilder::kFloat, {1, 3})
                                             .bytes());
  const auto model = backend_->load(path, {});
  ASSERT_TRUE(model) << model.error().what;
  auto session = (*model)->open({});
  ASSERT_TRUE(session);
  const auto input = (*session)->input(0).as<float>();
  input[0] = 1;
  input[1] = -2;
  const auto ran = (*session)->run();
  ASSERT_TRUE(ran) << ran.error().what;
  EXPECT_THAT((*session)->output(0).as<float>(), ElementsAre(1, 0, 0));
  EXPECT_THAT((*session)->output(1).as<float>(), ElementsAre(-1, 2, 0));
}

}  // namespace
}  // namespace jetmeter
