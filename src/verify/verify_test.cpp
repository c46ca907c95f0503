#include "jetmeter/verify.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "jetmeter/graph_builder.h"
#include "support/temp_dir.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;

std::string beyond(const std::vector<float>& a, const std::vector<float>& b,
                   const VerifyLimits& limits = {}) {
  DifferenceMeter meter;
  meter.add(a, b);
  return beyond_limits(meter.difference(), limits).value_or("");
}

TEST(Limits, FailWhereSizesDifferOrNaNsMove) {
  const VerifyLimits limits;
  DifferenceMeter moved;
  const float nan = std::nanf("");
  moved.add(std::vector{nan, 1.0F, 2.0F}, std::vector{0.0F, nan, 2.0F});
  EXPECT_EQ(beyond_limits(moved.difference(), limits),
            "1 of 3 values are NaN or infinite, 1 in the reference");
  DifferenceMeter sizes;
  sizes.add(std::vector{1.0F}, std::vector{1.0F});
  sizes.add_mismatch("it is 5x4 in A and 6x4 in B");
  EXPECT_EQ(beyond_limits(sizes.difference(), limits), "it is 5x4 in A and 6x4 in B");
}

TEST(Limits, SayWhatIsBeyondThem) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_EQ(beyond({1, 2}, {1, 2}), "");
  EXPECT_EQ(beyond({0, 0}, {0, 0}), "");
  EXPECT_EQ(beyond({0, 0}, {1, 0}), "one side is all zero");
  EXPECT_EQ(beyond({1, 0}, {0, 1}), "cosine 0.000000 is below 0.999");
  EXPECT_THAT(beyond({1, 2}, {1, nan}), HasSubstr("1 of 2 values are NaN or infinite"));
  EXPECT_EQ(beyond({1, nan}, {1, nan}), "");
  EXPECT_EQ(beyond({nan}, {nan}), "no value is finite on both sides");
  EXPECT_EQ(beyond({4}, {5}, {.max_error = 0.5}), "an error of 1 is above 0.5");
  EXPECT_EQ(beyond({4}, {5}, {.max_relative_l2 = 0.1}), "relative L2 0.25 is above 0.1");
  EXPECT_EQ(beyond({4, 4}, {5, 5}, {.max_p99_error = 0.5}), "a p99 error of 1 is above 0.5");
  EXPECT_EQ(beyond({4, 4}, {5, 5}, {.max_p99_error = 1}), "");
}

TEST(Limits, SeeAWrongScaleWithoutBeingAsked) {
  EXPECT_EQ(beyond({1, 2}, {100, 200}), "relative L2 99 is above 0.5");
  EXPECT_EQ(beyond({100, 200}, {1, 2}), "relative L2 0.99 is above 0.5");
  EXPECT_EQ(beyond({1, 2}, {1.2F, 2.4F}), "");
  EXPECT_EQ(beyond({1, 2}, {100, 200}, {.max_relative_l2 = std::nullopt}), "");
}

std::vector<TensorSpec> specs(const std::vector<std::string>& names) {
  std::vector<TensorSpec> all;
  for (const auto& name : names) all.push_back({name, ElementType::float32, {1}});
  return all;
}

TEST(Match, TakesNamesFirstAndThenPlaces) {
  const auto match =
      match_by_name(specs({"p", "q", "r"}), specs({"other", "p", "more", "last"}), "output");
  EXPECT_THAT(match.pairs, ElementsAre(Pair(0, 1), Pair(1, 0), Pair(2, 2)));
  EXPECT_THAT(match.notes,
              ElementsAre("output 'q' of A is compared with 'other' of B, by their place",
                          "output 'r' of A is compared with 'more' of B, by their place",
                          "output 'last' of B has no counterpart in A"));
  EXPECT_THAT(match_by_name(specs({"a"}), specs({"a"}), "output").notes, IsEmpty());
}

// x -> Mul(two) -> Add(one) -> Relu -> y
ModelGraph chain(float two, float one, const std::string& output = "y") {
  GraphBuilder builder("chain", 13);
  builder.input("x", {1, 4});
  builder.floats("two", {1}, {two});
  builder.floats("one", {4}, {one, 1, 1, 1});
  builder.node("Mul", "m", {"x", "two"});
  builder.node("Add", "s", {"m", "one"});
  builder.output(output, {1, 4});
  builder.node("Relu", output, {"s"});
  return builder.take();
}

class VerifyModels : public testing::Test {
 protected:
  void SetUp() override {
    for (const auto* each : backends())
      if (each->name == "onnxruntime" && each->probe().available) backend_ = each;
    if (backend_ == nullptr) GTEST_SKIP() << "onnxruntime is not in this build";
  }
  std::shared_ptr<Model> load(const ModelGraph& model, const std::string& name) const {
    const auto path = folder_.path() / name;
    EXPECT_TRUE(write_onnx(model, path));
    return backend_->load(path, {}).value();
  }
  LoadGraph loader() const {
    return [this](const std::filesystem::path& path) { return backend_->load(path, {}); };
  }
  std::vector<TensorData> input() const {
    const std::vector<float> values{1, 2, 3, -4};
    const auto bytes = std::as_bytes(std::span(values));
    return {{{"x", ElementType::float32, {1, 4}}, {bytes.begin(), bytes.end()}}};
  }

  const Backend* backend_ = nullptr;
  TempDir folder_;
};

TEST_F(VerifyModels, GiveEqualAnswersWhenTheyAreEqual) {
  auto verifier = Verifier::make(load(chain(2, 1), "a.onnx"), load(chain(2, 1), "b.onnx"),
                                 std::vector<Shape>{{1, 4}});
  ASSERT_TRUE(verifier) << verifier.error().what;
  ASSERT_TRUE(verifier->run(input()));
  ASSERT_TRUE(verifier->run(input()));
  const auto outputs = verifier->outputs();
  ASSERT_EQ(outputs.size(), 1u);
  EXPECT_EQ(outputs[0].difference.n, 8u);
  EXPECT_EQ(outputs[0].difference.max_error, 0);
  EXPECT_EQ(outputs[0].difference.max_reference, 7);
  EXPECT_THAT(verifier->notes(), IsEmpty());
}

TEST_F(VerifyModels, AreComparedByPlaceWhereNamesDiffer) {
  auto verifier = Verifier::make(load(chain(2, 1), "a.onnx"), load(chain(2, 3, "z"), "b.onnx"),
                                 std::vector<Shape>{{1, 4}});
  ASSERT_TRUE(verifier) << verifier.error().what;
  ASSERT_TRUE(verifier->run(input()));
  EXPECT_EQ(verifier->outputs()[0].b, "z");
  EXPECT_EQ(verifier->outputs()[0].difference.max_error, 2);
  EXPECT_THAT(verifier->notes(), ElementsAre(HasSubstr("by their place")));
}

TEST_F(VerifyModels, RefuseInputsOfAnotherSize) {
  auto verifier = Verifier::make(load(chain(2, 1), "a.onnx"), load(chain(2, 1), "b.onnx"),
                                 std::vector<Shape>{{1, 4}});
  auto wrong = input();
  wrong[0].bytes.pop_back();
  EXPECT_THAT(verifier->run(wrong).error().what, HasSubstr("'x' (float32 1x4)"));
  EXPECT_THAT(verifier->run({}).error().what, HasSubstr("1 inputs, and 0"));
}

TEST_F(VerifyModels, PartAtTheFirstLayerThatDiffers) {
  const auto a = chain(2, 1), b = chain(2, 9);
  for (const std::size_t group : {1U, 2U, 32U}) {
    const auto parting = find_parting({.a = &a,
                                       .b = &b,
                                       .load_a = loader(),
                                       .load_b = loader(),
                                       .inputs = input(),
                                       .folder = folder_.path(),
                                       .group = group});
    ASSERT_TRUE(parting) << parting.error().what;
    EXPECT_EQ(parting->shared, 3u);
    ASSERT_TRUE(parting->first) << group;
    EXPECT_EQ(parting->layers[*parting->first].tensor, "s");
    EXPECT_EQ(parting->layers[*parting->first].node, "Add 's'");
    EXPECT_EQ(parting->layers[0].beyond, "");
  }
}

TEST_F(VerifyModels, PartNowhereWhenTheyAreEqual) {
  const auto a = chain(2, 1);
  const auto parting = find_parting({.a = &a,
                                     .b = &a,
                                     .load_a = loader(),
                                     .load_b = loader(),
                                     .inputs = input(),
                                     .folder = folder_.path()});
  ASSERT_TRUE(parting) << parting.error().what;
  EXPECT_FALSE(parting->first);
  EXPECT_EQ(parting->layers.size(), 3u);
}

}  // namespace
}  // namespace jetmeter
