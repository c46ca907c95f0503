// What only ONNX Runtime does: half precision, shapes that a run decides, options of providers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "backends/test_models.h"
#include "jetmeter/backend.h"
#include "support/temp_dir.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class OnnxRuntime : public testing::Test {
 protected:
  void SetUp() override {
    const auto choice = choose_backend("onnxruntime", "m.onnx");
    if (!choice) GTEST_SKIP() << choice.error().what;
    backend_ = choice->backend;
  }
  std::shared_ptr<Model> load(const OnnxBuilder& builder) {
    auto model = backend_->load(dir_.write("m.onnx", builder.bytes()), {});
    EXPECT_TRUE(model) << model.error().what;
    return model.value_or(nullptr);
  }

  TempDir dir_;
  const Backend* backend_ = nullptr;
};

TEST_F(OnnxRuntime, FeedsHalves) {
  const auto model = load(OnnxBuilder()
                              .input("x", OnnxBuilder::kHalf, {1, 3})
                              .node("Identity", {"x"}, {"y"})
                              .output("y", OnnxBuilder::kHalf, {1, 3}));
  ASSERT_TRUE(model);
  EXPECT_EQ(model->info().precision, "float16");
  auto session = model->open({});
  ASSERT_TRUE(session) << session.error().what;
  EXPECT_EQ((*session)->input(0).bytes, 6U);
  to_half(std::vector<float>{1, -2, 0.5F}, (*session)->input(0).as<std::uint16_t>());
  ASSERT_TRUE((*session)->run());
  std::vector<float> values(3);
  to_float((*session)->output(0).as<std::uint16_t>(), values);
  EXPECT_THAT(values, ElementsAre(1, -2, 0.5F));
}

// NonZero: the number of columns is the number of elements that are not zero. Known only after a
// run, and another one in the next.
TEST_F(OnnxRuntime, FollowsAnOutputWhoseShapeTheDataDecide) {
  const auto model = load(OnnxBuilder()
                              .input("x", OnnxBuilder::kFloat, {4})
                              .node("NonZero", {"x"}, {"at"})
                              .node("Identity", {"x"}, {"same"})
                              .output("at", OnnxBuilder::kInt64, {1, -1})
                              .output("same", OnnxBuilder::kFloat, {4}));
  ASSERT_TRUE(model);
  auto session = model->open({});
  ASSERT_TRUE(session);
  const auto indices_of = [&](const std::vector<float>& values) {
    std::copy(values.begin(), values.end(), (*session)->input(0).as<float>().begin());
    const auto ran = (*session)->run();
    EXPECT_TRUE(ran) << ran.error().what;
    const auto out = (*session)->output(0);
    EXPECT_EQ(out.shape.size(), 2U);
    EXPECT_EQ(out.shape[1], static_cast<std::int64_t>(out.as<std::int64_t>().size()));
    EXPECT_THAT((*session)->output(1).as<float>(), testing::ElementsAreArray(values));
    const auto indices = out.as<std::int64_t>();
    return std::vector<std::int64_t>(indices.begin(), indices.end());
  };
  EXPECT_THAT(indices_of({0, 1, 1, 0}), ElementsAre(1, 2));
  EXPECT_THAT(indices_of({1, 1, 0, 1}), ElementsAre(0, 1, 3));
  EXPECT_THAT(indices_of({0, 0, 0, 0}), ElementsAre());
}

TEST_F(OnnxRuntime, FeedsInputsInTheirDeclaredOrder) {
  const auto model = load(OnnxBuilder()
                              .input("a", OnnxBuilder::kFloat, {2})
                              .input("b", OnnxBuilder::kFloat, {2})
                              .node("Sub", {"a", "b"}, {"y"})
                              .output("y", OnnxBuilder::kFloat, {2}));
  ASSERT_TRUE(model);
  auto session = model->open({});
  ASSERT_TRUE(session);
  std::iota((*session)->input(0).as<float>().begin(), (*session)->input(0).as<float>().end(), 10.F);
  std::iota((*session)->input(1).as<float>().begin(), (*session)->input(1).as<float>().end(), 1.F);
  ASSERT_TRUE((*session)->run());
  EXPECT_THAT((*session)->output(0).as<float>(), ElementsAre(9, 9));
}

// A scalar and an output whose shape the file leaves out look alike in the declaration.
TEST_F(OnnxRuntime, ReadsAScalarOutput) {
  const auto model = load(OnnxBuilder()
                              .input("x", OnnxBuilder::kFloat, {})
                              .node("Neg", {"x"}, {"y"})
                              .output("y", OnnxBuilder::kFloat, {}));
  ASSERT_TRUE(model);
  auto session = model->open({});
  ASSERT_TRUE(session) << session.error().what;
  (*session)->input(0).as<float>()[0] = 4;
  const auto ran = (*session)->run();
  ASSERT_TRUE(ran) << ran.error().what;
  EXPECT_TRUE((*session)->output(0).shape.empty());
  EXPECT_THAT((*session)->output(0).as<float>(), ElementsAre(-4));
}

TEST_F(OnnxRuntime, TellsTheProducer) {
  const auto model = load(OnnxBuilder()
                              .input("x", OnnxBuilder::kFloat, {1})
                              .node("Identity", {"x"}, {"y"})
                              .output("y", OnnxBuilder::kFloat, {1}));
  ASSERT_TRUE(model);
  EXPECT_EQ(model->info().metadata.at("producer"), "jetmeter tests");
}

TEST_F(OnnxRuntime, NamesAnOperatorThatItDoesNotKnow) {
  const auto path = dir_.write("m.onnx", OnnxBuilder()
                                             .input("x", OnnxBuilder::kFloat, {1})
                                             .node("Frobnicate", {"x"}, {"y"})
                                             .output("y", OnnxBuilder::kFloat, {1})
                                             .bytes());
  const auto model = backend_->load(path, {});
  ASSERT_FALSE(model);
  EXPECT_THAT(model.error().what, HasSubstr("Frobnicate"));
  EXPECT_THAT(model.error().what, Not(HasSubstr("\n")));
}

// An index beyond the weight, which only a run can see.
TEST_F(OnnxRuntime, WritesNoLogWhereItIsToBeQuiet) {
  const auto path = dir_.write("m.onnx", OnnxBuilder()
                                             .input("at", OnnxBuilder::kInt64, {1})
                                             .initialiser("w", {2}, {1, 2})
                                             .node("Gather", {"w", "at"}, {"y"})
                                             .output("y", OnnxBuilder::kFloat, {1})
                                             .bytes());
  const auto model = backend_->load(path, {.quiet = true});
  ASSERT_TRUE(model) << model.error().what;
  auto session = (*model)->open({});
  ASSERT_TRUE(session) << session.error().what;
  (*session)->input(0).as<std::int64_t>()[0] = 7;
  testing::internal::CaptureStderr();
  const auto ran = (*session)->run();
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  ASSERT_FALSE(ran);
  EXPECT_THAT(ran.error().what, HasSubstr("Gather"));
}

TEST_F(OnnxRuntime, PassesOptionsToTheRuntime) {
  const auto path = dir_.write("m.onnx", identity_onnx({1, 3}));
  LoadOptions options;
  options.device = "cpu";
  options.options = {{"session.intra_op.allow_spinning", "0"}};
  EXPECT_TRUE(backend_->load(path, options));
  // Makes the runtime take the file for one in its own format.
  options.options = {{"session.load_model_format", "ORT"}};
  EXPECT_FALSE(backend_->load(path, options));
}

TEST_F(OnnxRuntime, CpuHasNoIndex) {
  LoadOptions options;
  options.device = "cpu:0";
  EXPECT_FALSE(backend_->load(dir_.write("m.onnx", identity_onnx({1, 3})), options));
}

}  // namespace
}  // namespace jetmeter
