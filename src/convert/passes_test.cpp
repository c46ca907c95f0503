// The passes that remove and fold: before and after, run with ONNX Runtime, must agree to the bit.
#include <gmock/gmock.h>

#include <limits>

#include "convert/test_run.h"
#include "jetmeter/convert.h"
#include "jetmeter/graph_builder.h"
#include "support/real_data.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

std::vector<std::string> ops_of(const Graph& graph) {
  std::vector<std::string> ops;
  for (const auto& node : graph.nodes) ops.push_back(node.op);
  return ops;
}

void expect_same(const ModelGraph& before, const ModelGraph& after) {
  JM_SKIP_WITHOUT_RUNTIME();
  const auto fill = random_fill(11);
  EXPECT_EQ(run_graph(before, fill), run_graph(after, fill));
}

TEST(RemoveDead, TakesWhatNoOutputHangsOn) {
  GraphBuilder builder("m", 17);
  builder.input("x", {4});
  builder.floats("w", {4}, {1, 2, 3, 4});
  builder.floats("unread", {4}, {1, 2, 3, 4});
  builder.node("Mul", "dead", {"x", "unread"});
  builder.node("Relu", "dead_too", {"dead"});
  builder.node("Mul", "y", {"x", "w"});
  builder.output("y", {4});
  const auto model = builder.take();
  const auto result = remove_dead(model);
  EXPECT_THAT(ops_of(result.model.graph), ElementsAre("Mul"));
  EXPECT_EQ(result.model.graph.weights.size(), 1u);
  EXPECT_THAT(result.report.done,
              ElementsAre("2 nodes that no output hangs on", "1 weights that nobody reads"));
  expect_same(model, result.model);
  EXPECT_THAT(remove_dead(result.model).report.done, IsEmpty());
}

// An input that was left out and an output that was are both "".
TEST(RemoveDead, TakesWhatHasNoOutputLeft) {
  GraphBuilder builder("m", 17);
  builder.input("x", {4});
  builder.floats("most", {}, {1});
  builder.node("Relu", "dead", {"x"});
  builder.node("Clip", "y", {"x", "", "most"});
  builder.output("y", {4});
  auto model = builder.take();
  model.graph.nodes[0].outputs[0].clear();
  EXPECT_THAT(ops_of(remove_dead(model).model.graph), ElementsAre("Clip"));
}

TEST(RemoveIdentities, TakesWhatChangesNothing) {
  GraphBuilder builder("m", 17);
  builder.input("x", {2, 3, 4});
  builder.node("Identity", "i", {"x"});
  builder.node("Cast", "c", {"i"}, {{"to", std::int64_t{1}}});
  builder.node("Dropout", "d", {"c"});
  builder.node("Transpose", "t", {"d"}, {{"perm", std::vector<std::int64_t>{0, 1, 2}}});
  builder.node("Concat", "one", {"t"}, {{"axis", std::int64_t{0}}});
  builder.node("Relu", "r", {"one"});
  builder.node("Identity", "y", {"r"});
  builder.output("y", {2, 3, 4});
  const auto model = builder.take();
  const auto result = remove_identities(model);
  EXPECT_THAT(ops_of(result.model.graph), ElementsAre("Relu"));
  EXPECT_THAT(result.model.graph.nodes[0].inputs, ElementsAre("x"));
  EXPECT_THAT(result.model.graph.nodes[0].outputs, ElementsAre("y"));
  EXPECT_THAT(result.report.done,
              UnorderedElementsAre("2 Identity", "1 Cast", "1 Dropout", "1 Transpose", "1 Concat"));
  expect_same(model, result.model);
}

TEST(RemoveIdentities, JoinsChains) {
  GraphBuilder builder("m", 17);
  builder.input("x", {2, 3, 4});
  builder.integers("flat", {-1});
  builder.integers("shape", {4, 6});
  builder.node("Transpose", "a", {"x"}, {{"perm", std::vector<std::int64_t>{1, 2, 0}}});
  builder.node("Transpose", "b", {"a"}, {{"perm", std::vector<std::int64_t>{0, 2, 1}}});
  builder.node("Reshape", "f", {"b", "flat"});
  builder.node("Reshape", "y", {"f", "shape"});
  builder.node("Transpose", "back", {"a"}, {{"perm", std::vector<std::int64_t>{2, 0, 1}}});
  builder.node("Relu", "z", {"back"});
  builder.node("Cast", "wide", {"x"}, {{"to", std::int64_t{11}}});
  builder.node("Cast", "narrow", {"wide"}, {{"to", std::int64_t{1}}});
  builder.node("Relu", "u", {"narrow"});
  builder.output("y", {4, 6});
  builder.output("z", {2, 3, 4});
  builder.output("u", {2, 3, 4});
  const auto model = builder.take();
  const auto result = remove_identities(model);
  EXPECT_THAT(ops_of(result.model.graph), ElementsAre("Transpose", "Reshape", "Relu", "Relu"));
  EXPECT_THAT(ints_attribute(result.model.graph.nodes[0], "perm"), ElementsAre(1, 0, 2));
  expect_same(model, result.model);
}

TEST(RemoveIdentities, LeavesWhatMatters) {
  GraphBuilder builder("m", 17);
  builder.input("x", {2, 3});
  builder.integers("keep", {0, 3});  // copies an axis of what it reads
  builder.integers("turn", {3, 2});
  builder.node("Identity", "y", {"x"});
  builder.node("Cast", "c", {"x"}, {{"to", std::int64_t{10}}});
  builder.node("Cast", "rounded", {"c"}, {{"to", std::int64_t{1}}});
  builder.node("Reshape", "t", {"x", "turn"});
  builder.integers("rows", {0, -1});
  builder.node("Reshape", "z", {"t", "rows"});
  builder.output("y", {2, 3});
  builder.output("rounded", {2, 3});
  builder.output("z", {3, 2});
  const auto model = builder.take();
  const auto result = remove_identities(model);
  EXPECT_EQ(result.model.graph.nodes.size(), model.graph.nodes.size());
  EXPECT_THAT(result.report.done, IsEmpty());
}

TEST(RemoveIdentities, TakesReshapesIntoTheShapeThatIsThere) {
  GraphBuilder builder("m", 17);
  builder.input("x", {2, 3});
  builder.integers("same", {2, 3});
  builder.node("Reshape", "r", {"x", "same"});
  builder.node("Relu", "y", {"r"});
  builder.output("y", {2, 3});
  const auto model = builder.take();
  ShapeTable shapes;
  shapes.tensors["x"] = shapes.tensors["r"] = {ElementType::float32, Shape{2, 3}, {}};
  EXPECT_THAT(ops_of(remove_identities(model).model.graph), ElementsAre("Reshape", "Relu"));
  EXPECT_THAT(ops_of(remove_identities(model, &shapes).model.graph), ElementsAre("Relu"));
}

FoldOptions with_runtime() {
  FoldOptions options;
  options.runtime = onnxruntime_backend();
  return options;
}

TEST(FoldConstants, ComputesWhatHangsOnWeightsAlone) {
  JM_SKIP_WITHOUT_RUNTIME();
  GraphBuilder builder("m", 17);
  builder.input("x", {2, 4});
  const float four[] = {1, 2, 3, 4};
  builder.node("Constant", "k", {}, {{"value", float_tensor("", {4}, four)}});
  builder.floats("w", {4}, {0.5F, 0.25F, 2, 1});
  builder.node("Mul", "m", {"k", "w"});
  builder.node("Sqrt", "s", {"m"});
  builder.integers("shape", {2, 4});
  builder.node("Expand", "e", {"s", "shape"});
  builder.node("Add", "y", {"x", "e"});
  builder.output("y", {2, 4});
  const auto model = builder.take();
  const auto result = fold_constants(model, with_runtime());
  ASSERT_TRUE(result) << result.error().what;
  EXPECT_THAT(ops_of(result->model.graph), ElementsAre("Add"));
  ASSERT_EQ(result->model.graph.weights.size(), 1u);
  EXPECT_EQ(result->model.graph.weights[0].shape, (Shape{2, 4}));
  EXPECT_EQ(to_floats(result->model.graph.weights[0]).value()[3], 2.0F);
  expect_same(model, result->model);
}

TEST(FoldConstants, LeavesWhatGrowsIsRandomOrQuantised) {
  JM_SKIP_WITHOUT_RUNTIME();
  GraphBuilder builder("m", 17);
  builder.input("x", {1024, 1024});
  builder.integers("shape", {1024, 1024});
  builder.floats("scale", {}, {0.5F});
  builder.weight(raw_tensor("q", ElementType::int8, {1024}, std::vector<std::byte>(1024)));
  builder.node("ConstantOfShape", "zeros", {"shape"});
  builder.node("DequantizeLinear", "d", {"q", "scale"});
  builder.node("Add", "a", {"zeros", "d"});
  builder.node("Add", "y", {"x", "a"});
  builder.output("y", {1024, 1024});
  const auto model = builder.take();
  auto options = with_runtime();
  options.most_growth_bytes = 65536;
  const auto result = fold_constants(model, options);
  ASSERT_TRUE(result) << result.error().what;
  EXPECT_EQ(result->model.graph.nodes.size(), 4u);
  ASSERT_EQ(result->report.left.size(), 1u);
  EXPECT_EQ(result->report.left[0].node, "ConstantOfShape 'zeros'");
  EXPECT_EQ(result->report.left[0].why, "the file would grow");
}

// No node does more than double what it reads.
TEST(FoldConstants, StopsAChainThatGrows) {
  JM_SKIP_WITHOUT_RUNTIME();
  for (const int doublings : {40, 80}) {
    GraphBuilder builder("m", 17);
    builder.input("x", {1});
    std::string last = builder.floats("w", {256}, std::vector<float>(256, 1));
    for (int i = 0; i < doublings; ++i)
      last =
          builder.node("Concat", fmt::format("c{}", i), {last, last}, {{"axis", std::int64_t{0}}});
    builder.node("ReduceSum", "sum", {last}, {{"keepdims", std::int64_t{0}}});
    builder.node("Add", "y", {"x", "sum"});
    builder.output("y", {1});
    auto model = builder.take();
    const auto before = model.graph.weights[0].byte_size();
    auto options = with_runtime();
    options.most_growth_bytes = 65536;
    const auto result = fold_constants(std::move(model), options);
    ASSERT_TRUE(result) << result.error().what;
    std::uint64_t after = 0;
    for (const auto& weight : result->model.graph.weights) after += weight.byte_size();
    EXPECT_LE(after, before + 65536) << doublings;
    EXPECT_THAT(ops_of(result->model.graph), testing::Contains("Concat")) << doublings;
    EXPECT_FALSE(result->report.left.empty()) << doublings;
  }
}

// Each of them is as small as what it is made of; together they are not.
TEST(FoldConstants, CountsWhatManyNodesMakeOfOneWeight) {
  JM_SKIP_WITHOUT_RUNTIME();
  GraphBuilder builder("m", 17);
  std::string last = builder.input("x", {1024});
  builder.floats("w", {1024}, std::vector<float>(1024, 4));
  for (int i = 0; i < 64; ++i) {
    builder.node("Sqrt", fmt::format("s{}", i), {"w"});
    last = builder.node("Add", fmt::format("a{}", i), {last, fmt::format("s{}", i)});
  }
  builder.output(last, {1024});
  auto options = with_runtime();
  options.most_growth_bytes = 65536;
  const auto result = fold_constants(builder.take(), options);
  ASSERT_TRUE(result) << result.error().what;
  std::uint64_t after = 0;
  for (const auto& weight : result->model.graph.weights) after += weight.byte_size();
  EXPECT_LE(after, 4096U + 65536U);
  EXPECT_GT(after, 65536U / 2);
}

// What a runtime dies of is never given to it.
TEST(FoldConstants, DividesNoIntegersByWhatKillsTheRuntime) {
  JM_SKIP_WITHOUT_RUNTIME();
  struct Case {
    std::int64_t number, divisor;
    bool folded;
  };
  for (const auto& [number, divisor, folded] :
       {Case{7, 0, false}, Case{std::numeric_limits<std::int64_t>::min(), -1, false},
        Case{7, -1, true}, Case{7, 2, true}})
    for (const auto* op : {"Div", "Mod"}) {
      GraphBuilder builder("m", 17);
      builder.input("x", {1}, ElementType::int64);
      builder.integers("number", {number});
      builder.integers("divisor", {divisor});
      builder.node("Neg", "negated", {"divisor"});
      builder.node("Neg", "again", {"negated"});
      builder.node(op, "d", {"number", "again"});
      builder.node("Add", "y", {"x", "d"});
      builder.output("y", {1}, ElementType::int64);
      const auto result = fold_constants(builder.take(), with_runtime());
      ASSERT_TRUE(result) << result.error().what;
      EXPECT_EQ(count_ops(result->model.graph, op), folded ? 0U : 1U) << op << ' ' << divisor;
      EXPECT_EQ(result->report.left.size(), folded ? 0U : 1U) << op << ' ' << divisor;
    }
}

TEST(FoldConstants, LeavesShapesThatContradictEachOther) {
  JM_SKIP_WITHOUT_RUNTIME();
  GraphBuilder builder("m", 17);
  builder.input("x", {2});
  builder.floats("a", {2}, {1, 2});
  builder.floats("b", {3}, {1, 2, 3});
  builder.node("Add", "bad", {"a", "b"});
  builder.node("Add", "y", {"x", "bad"});
  builder.output("y", {2});
  const auto result = fold_constants(builder.take(), with_runtime());
  ASSERT_TRUE(result);
  EXPECT_EQ(result->model.graph.nodes.size(), 2u);
  ASSERT_EQ(result->report.left.size(), 1u);
  EXPECT_EQ(result->report.left[0].node, "Add 'bad'");
  EXPECT_THAT(result->report.left[0].why, HasSubstr("cannot bring 2 and 3 to one shape"));
}

TEST(FoldConstants, SurvivesWhatTheRuntimeRefuses) {
  JM_SKIP_WITHOUT_RUNTIME();
  GraphBuilder builder("m", 17);
  builder.input("x", {1});
  builder.floats("a", {2}, {1, 2});
  builder.integers("beyond", {5});
  builder.node("Gather", "bad", {"a", "beyond"});
  builder.node("Add", "y", {"x", "bad"});
  builder.output("y", {1});
  const auto result = fold_constants(builder.take(), with_runtime());
  ASSERT_TRUE(result);
  EXPECT_EQ(result->model.graph.nodes.size(), 2u);
  ASSERT_EQ(result->report.left.size(), 1u);
  EXPECT_EQ(result->report.left[0].node, "Gather 'bad'");
}

TEST(FoldConstants, TakesIntegersThatShapesTell) {
  GraphBuilder builder("m", 17);
  builder.input("x", {2, 3, 4});
  builder.integer("first", 0);
  builder.node("Shape", "s", {"x"});
  builder.node("Gather", "n", {"s", "first"});
  builder.integers("axes", {0});
  builder.integers("rest", {-1});
  builder.node("Unsqueeze", "u", {"n", "axes"});
  builder.node("Concat", "to", {"u", "rest"}, {{"axis", std::int64_t{0}}});
  builder.node("Reshape", "y", {"x", "to"});
  builder.output("y", {2, 12});
  const auto model = builder.take();
  ShapeTable shapes;
  shapes.tensors["to"] = {ElementType::int64, Shape{2}, std::vector<std::int64_t>{2, -1}};
  FoldOptions options;
  options.shapes = &shapes;
  const auto result = fold_constants(model, options);
  ASSERT_TRUE(result);
  EXPECT_THAT(ops_of(result->model.graph), ElementsAre("Reshape"));
  expect_same(model, result->model);
}

TEST(FixAxes, GivesInputsOutputsAndWhatIsBetweenTheirSizes) {
  GraphBuilder builder("m", 17);
  builder.input("x", {kDynamic, 3, kDynamic}, ElementType::float32, {"batch", "", "width"});
  builder.node("Relu", "y", {"x"});
  builder.output("y", {kDynamic, 3, kDynamic}, ElementType::float32, {"batch", "", "width"});
  const auto model = builder.take();
  ShapeHints hints;
  hints.axes["batch"] = 2;
  const auto batch = fix_axes(model, hints);
  ASSERT_TRUE(batch) << batch.error().what;
  EXPECT_EQ(batch->model.graph.inputs[0].shape, (Shape{2, 3, kDynamic}));
  EXPECT_EQ(batch->model.graph.outputs[0].shape, (Shape{2, 3, kDynamic}));
  EXPECT_THAT(batch->model.graph.inputs[0].axes, ElementsAre("", "", "width"));
  hints = {};
  hints.inputs.emplace_back("x", Shape{1, 3, 8});
  const auto whole = fix_axes(model, hints);
  ASSERT_TRUE(whole) << whole.error().what;
  EXPECT_EQ(whole->model.graph.outputs[0].shape, (Shape{1, 3, 8}));
}

TEST(FixAxes, RefusesWhatDoesNotFit) {
  GraphBuilder builder("m", 17);
  builder.input("x", {kDynamic, 3, kDynamic}, ElementType::float32, {"n", "", "n"});
  builder.node("Relu", "y", {"x"});
  builder.output("y", {kDynamic, 3, kDynamic}, ElementType::float32, {"n", "", "n"});
  const auto model = builder.take();
  const auto refusal = [&](const ShapeHints& hints) {
    const auto fixed = fix_axes(model, hints);
    return fixed ? std::string() : fixed.error().what;
  };
  EXPECT_EQ(refusal({{}, {{"batch", 1}}}), "the model has no open axis 'batch'; it has n");
  EXPECT_EQ(refusal({{}, {{"n", 0}}}), "the axis 'n' cannot be 0");
  EXPECT_EQ(refusal({{{"x", {1, 4, 1}}}, {}}), "the input 'x' is ?x3x?; it cannot be 1x4x1");
  EXPECT_EQ(refusal({{{"x", {1, 3}}}, {}}), "the input 'x' is ?x3x?; it cannot be 1x3");
  EXPECT_EQ(refusal({{{"x", {1, 3, 2}}}, {}}), "the axis 'n' would be 1 and 2");
  EXPECT_EQ(refusal({{{"z", {1}}}, {}}), "the model has no input 'z'");
}

ModelGraph picture_model() {
  GraphBuilder builder("m", 17);
  builder.input("images", {kDynamic, 3, 4, 5}, ElementType::float32, {"batch", "", "", ""});
  builder.node("Identity", "y", {"images"});
  builder.output("y", {kDynamic, 3, 4, 5}, ElementType::float32, {"batch", "", "", ""});
  return builder.take();
}

class EmbedPreprocess : public testing::TestWithParam<bool> {};

TEST_P(EmbedPreprocess, IsWhatTheFormulaSays) {
  JM_SKIP_WITHOUT_RUNTIME();
  EmbeddedPreprocess preprocess;
  preprocess.scale = 1.0F / 255;
  preprocess.mean = {0.485F, 0.456F, 0.406F};
  preprocess.stdev = {0.229F, 0.224F, 0.225F};
  preprocess.swap_channels = GetParam();
  const auto result = embed_preprocess(picture_model(), preprocess);
  ASSERT_TRUE(result) << result.error().what;
  const auto& input = result->model.graph.inputs[0];
  EXPECT_EQ(input.name, "images");
  EXPECT_EQ(input.type, ElementType::uint8);
  EXPECT_EQ(input.shape, (Shape{kDynamic, 4, 5, 3}));
  std::vector<std::uint8_t> pixels;
  const auto outputs = run_graph(result->model,
                                 [&](std::size_t i, const TensorView& view) {
                                   random_fill(2)(i, view);
                                   const auto levels = view.as<std::uint8_t>();
                                   pixels.assign(levels.begin(), levels.end());
                                 },
                                 {{2, 4, 5, 3}});
  ASSERT_EQ(outputs.size(), 1u);
  ASSERT_EQ(outputs[0].size(), 120u);
  for (std::size_t n = 0, i = 0; n < 2; ++n)
    for (std::size_t c = 0; c < 3; ++c)
      for (std::size_t place = 0; place < 20; ++place, ++i) {
        const auto from = GetParam() ? 2 - c : c;
        const float level = pixels[(n * 20 + place) * 3 + from];
        const float expected = (level / 255 - preprocess.mean[c]) / preprocess.stdev[c];
        ASSERT_NEAR(outputs[0][i], expected, 1e-5F) << i;
      }
}

INSTANTIATE_TEST_SUITE_P(Each, EmbedPreprocess, testing::Bool());

TEST(EmbedPreprocessRefuses, WhatTakesNoPixels) {
  auto model = picture_model();
  model.graph.inputs[0].shape[1] = 4;
  EXPECT_THAT(embed_preprocess(model, {}).error().what,
              HasSubstr("'images' is float32 ?x4x4x5; pixels need float32 Nx3xHxW"));
  EmbeddedPreprocess preprocess;
  preprocess.input = "other";
  EXPECT_THAT(embed_preprocess(picture_model(), preprocess).error().what,
              HasSubstr("no input 'other'"));
  preprocess = {};
  preprocess.stdev[1] = 0;
  EXPECT_THAT(embed_preprocess(picture_model(), preprocess).error().what, HasSubstr("--std"));
}

TEST(EmbedPreprocessOf, WholePixelsNeedsNoArithmetic) {
  EXPECT_THAT(ops_of(embed_preprocess(picture_model(), {})->model.graph),
              ElementsAre("Cast", "Transpose", "Identity"));
}

class FoldedRealModels : public testing::TestWithParam<const char*> {};

TEST_P(FoldedRealModels, GiveTheSameAnswer) {
  JM_SKIP_WITHOUT_RUNTIME();
  const auto path = real_data("models") / GetParam();
  JM_SKIP_WITHOUT(path);
  const auto model = read_onnx(path);
  ASSERT_TRUE(model) << model.error().what;
  auto constants = fold_constants(*model, with_runtime());
  ASSERT_TRUE(constants) << constants.error().what;
  const auto folded = fold_batch_norm(remove_identities(constants->model).model).model;
  EXPECT_LE(folded.graph.nodes.size(), model->graph.nodes.size());
  const auto fill = random_fill(3, 0, 1);
  const auto difference = apart(run_graph(*model, fill), run_graph(folded, fill));
  EXPECT_GE(difference.cosine, 0.999999);
}

INSTANTIATE_TEST_SUITE_P(Each, FoldedRealModels,
                         testing::Values("detectors/yolox_nano_416.onnx",
                                         "detectors/nanodet_m_416.onnx",
                                         "detectors/yolo11n_int8_320.onnx"),
                         [](const auto& each) {
                           return std::filesystem::path(each.param).stem().string();
                         });

}  // namespace
}  // namespace jetmeter
