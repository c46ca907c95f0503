#include <gmock/gmock.h>

#include <set>

#include "convert/test_run.h"
#include "jetmeter/convert.h"
#include "jetmeter/graph_builder.h"
#include "jetmeter/inputs.h"
#include "support/real_data.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

ModelGraph sample() {
  GraphBuilder builder("m", 17);
  builder.input("x", {1, 4, 8, 8});
  builder.floats("w", {4, 4, 3, 3}, random_floats(1, 144));
  builder.node("Conv", "c", {"x", "w"}, {{"pads", std::vector<std::int64_t>{1, 1, 1, 1}}});
  builder.node("Relu", "r", {"c"});
  builder.node("Add", "y", {"r", "x"});
  builder.output("y", {1, 4, 8, 8});
  return builder.take();
}

PrecisionResult halved(ModelGraph model, const PrecisionOptions& options = {}) {
  auto result = to_precision(std::move(model), options);
  EXPECT_TRUE(result) << (result ? "" : result.error().what);
  return result ? *std::move(result) : PrecisionResult{};
}

TEST(ToPrecision, ComputesIn16BitsBetweenFloat32InputsAndOutputs) {
  JM_SKIP_WITHOUT_RUNTIME();
  const auto result = halved(sample());
  const auto& graph = result.model.graph;
  EXPECT_EQ(graph.inputs[0].type, ElementType::float32);
  EXPECT_EQ(graph.outputs[0].type, ElementType::float32);
  EXPECT_EQ(result.precision.converted_nodes, 3u);
  EXPECT_EQ(result.precision.casts, 2u);  // x is read twice and cast once
  EXPECT_EQ(count_ops(graph, "Cast"), 2u);
  EXPECT_EQ(result.report.weight_bytes_before, 576u);
  EXPECT_EQ(result.report.weight_bytes_after, 288u);
  const auto fill = random_fill(3);
  const auto difference = apart(run_graph(sample(), fill), run_graph(result.model, fill));
  EXPECT_GE(difference.cosine, 0.99999);
  EXPECT_GT(difference.max_error, 0);
}

TEST(ToPrecision, ConvertsInputsAndOutputsOnWish) {
  JM_SKIP_WITHOUT_RUNTIME();
  PrecisionOptions options;
  options.convert_io = true;
  const auto result = halved(sample(), options);
  EXPECT_EQ(result.model.graph.inputs[0].type, ElementType::float16);
  EXPECT_EQ(result.model.graph.outputs[0].type, ElementType::float16);
  EXPECT_EQ(result.precision.casts, 0u);
  const auto fill = random_fill(3);
  EXPECT_GE(apart(run_graph(sample(), fill), run_graph(result.model, fill)).cosine, 0.9999);
}

TEST(ToPrecision, KeepsWhatTheUserNames) {
  JM_SKIP_WITHOUT_RUNTIME();
  PrecisionOptions options;
  options.keep = {"Relu"};
  const auto result = halved(sample(), options);
  ASSERT_EQ(result.report.left.size(), 1u);
  EXPECT_EQ(result.report.left[0].node, "Relu 'r'");
  EXPECT_EQ(result.report.left[0].why, "--keep Relu");
  EXPECT_EQ(result.precision.casts, 4u);  // x, c, r and y
  const auto fill = random_fill(3);
  EXPECT_GE(apart(run_graph(sample(), fill), run_graph(result.model, fill)).cosine, 0.9999);
}

TEST(ToPrecision, RefusesWhatItCannotKeepOrTurnInto) {
  PrecisionOptions options;
  options.keep = {"Rellu"};
  EXPECT_THAT(to_precision(sample(), options).error().what, HasSubstr("did you mean 'Relu'?"));
  options = {};
  options.type = ElementType::int8;
  EXPECT_THAT(to_precision(sample(), options).error().what, HasSubstr("int8 has not 16 bits"));
  options.type = ElementType::bfloat16;
  auto old = sample();
  old.opsets[""] = 11;
  EXPECT_THAT(to_precision(old, options).error().what, HasSubstr("the model is of opset 11"));
}

TEST(ToPrecision, KeepsWhatDataSayGoesBeyondTheRange) {
  const ValueRanges ranges{{"c", {-5e4F, 2e4F, 0}}, {"r", {0, 2e4F, 0}}, {"y", {0, 1e-5F, 0}}};
  PrecisionOptions options;
  options.ranges = &ranges;
  const auto result = halved(sample(), options);
  ASSERT_EQ(result.report.left.size(), 3u);
  EXPECT_EQ(result.report.left[0].why, "'c' reaches 5e+04; float16 ends at 65504");
  EXPECT_EQ(result.report.left[1].why, "'c' reaches 5e+04; float16 ends at 65504");
  EXPECT_THAT(result.report.left[2].why, HasSubstr("'y' stays below 6.1e-05"));
  EXPECT_EQ(result.precision.converted_nodes, 0u);
}

TEST(ToPrecision, KeepsWeightsThat16BitsCannotHold) {
  auto model = sample();
  auto values = random_floats(1, 144);
  values[7] = 1e5F;
  model.graph.weights[0] = float_tensor("w", {4, 4, 3, 3}, values);
  const auto result = halved(model);
  ASSERT_EQ(result.report.left.size(), 1u);
  EXPECT_EQ(result.report.left[0].why, "the weight 'w' has 1 of 144 numbers beyond 6.55e+04");
  for (auto& value : values) value = 1e-9F;
  model.graph.weights[0] = float_tensor("w", {4, 4, 3, 3}, values);
  EXPECT_EQ(halved(model).report.left.at(0).why,
            "the weight 'w' would change by 1e+02 %, 144 of 144 numbers to 0");
  PrecisionOptions options;
  options.type = ElementType::bfloat16;
  model.opsets[""] = 22;
  EXPECT_THAT(halved(model, options).report.left, IsEmpty());
}

TEST(ToPrecision, LeavesWhatItsOpsetGivesNoBfloat16) {
  JM_SKIP_WITHOUT_RUNTIME();
  PrecisionOptions options;
  options.type = ElementType::bfloat16;
  const auto result = halved(sample(), options);
  ASSERT_EQ(result.report.left.size(), 1u);
  EXPECT_EQ(result.report.left[0].why, "takes bfloat16 from opset 22 on; the model is of opset 17");
  EXPECT_EQ(result.precision.converted_nodes, 2u);
}

TEST(ToPrecision, CutsLimitsToTheLargestNumber) {
  JM_SKIP_WITHOUT_RUNTIME();
  GraphBuilder builder("m", 17);
  builder.input("x", {4});
  builder.floats("low", {}, {0});
  builder.floats("high", {}, {3e38F});
  builder.node("Clip", "y", {"x", "low", "high"});
  builder.output("y", {4});
  const auto model = builder.take();
  const auto result = halved(model);
  EXPECT_EQ(result.precision.converted_nodes, 1u);
  EXPECT_THAT(run_graph(result.model,
                        [](auto, const TensorView& view) {
                          const float values[] = {-1, 2, 6e4F, 65504};
                          std::ranges::copy(values, view.as<float>().begin());
                        }),
              ElementsAre(ElementsAre(0, 2, 6e4F, 65504)));
}

TEST(ToPrecision, LeavesScalesOfResizeAndWhatOnlyMovesBetweenOthers) {
  JM_SKIP_WITHOUT_RUNTIME();
  GraphBuilder builder("m", 17);
  builder.input("x", {1, 2, 4, 4});
  builder.floats("scales", {4}, {1, 1, 2, 2});
  builder.node("Resize", "big", {"x", "", "scales"});
  builder.node("Transpose", "t", {"x"}, {{"perm", std::vector<std::int64_t>{0, 2, 3, 1}}});
  builder.output("big", {1, 2, 8, 8});
  builder.output("t", {1, 4, 4, 2});
  const auto model = builder.take();
  const auto result = halved(model);
  const GraphIndex index(result.model.graph);
  EXPECT_EQ(index.weight("scales")->type, ElementType::float32);
  EXPECT_EQ(index.producer("t")->op, "Transpose");
  EXPECT_EQ(result.precision.converted_nodes, 1u);
  EXPECT_THAT(result.report.left, IsEmpty());
  const auto fill = random_fill(3);
  EXPECT_GE(apart(run_graph(model, fill), run_graph(result.model, fill)).cosine, 0.9999);
}

// x, a tensor of ours in 16 bits and a weight are read by both branches.
TEST(ToPrecision, GoesIntoBodiesAndHandsThemWhatTheyRead) {
  JM_SKIP_WITHOUT_RUNTIME();
  const auto branch = [](const char* op) {
    GraphBuilder builder(op, 17);
    builder.node(op, std::string("inner_") + op, {"m", "w"});
    builder.node("Sub", std::string("out_") + op, {std::string("inner_") + op, "x"});
    builder.output(std::string("out_") + op, {4, 4});
    return std::make_shared<Graph>(builder.take().graph);
  };
  GraphBuilder builder("m", 17);
  builder.input("x", {4, 4});
  builder.input("which", {}, ElementType::boolean);
  builder.floats("w", {4, 4}, random_floats(1, 16));
  builder.node("MatMul", "m", {"x", "w"});
  builder.node("If", "chosen", {"which"},
               {{"then_branch", branch("MatMul")}, {"else_branch", branch("Add")}});
  builder.node("Mul", "y", {"chosen", "m"});
  builder.output("y", {4, 4});
  const auto model = builder.take();
  const auto result = halved(model);
  EXPECT_EQ(result.precision.converted_nodes, 6u);
  // The graph that was given still has its own bodies.
  EXPECT_EQ(
      std::get<std::shared_ptr<Graph>>(model.graph.nodes[1].attributes[0].value)->nodes.size(), 2u);
  for (const int choice : {0, 1}) {
    const auto fill = [&](std::size_t input, const TensorView& view) {
      random_fill(3)(input, view);
      if (view.type == ElementType::boolean) view.as<std::uint8_t>()[0] = choice == 1;
    };
    const auto difference = apart(run_graph(model, fill), run_graph(result.model, fill));
    EXPECT_GE(difference.cosine, 0.9999) << choice;
    EXPECT_GT(difference.max_error, 0) << choice;
  }
}

TEST(WeightLoss, CountsWhatBecomesOfNumbers) {
  const float values[] = {1, 0, 1e5F, 1e-9F, 3e-5F, 65504};
  const auto tensor = float_tensor("w", {6}, values);
  const auto half = weight_loss(tensor, ElementType::float16);
  EXPECT_EQ(half.elements, 6u);
  EXPECT_EQ(half.overflown, 1u);
  EXPECT_EQ(half.lost, 1u);
  EXPECT_EQ(half.denormal, 1u);
  const auto brain = weight_loss(tensor, ElementType::bfloat16);
  EXPECT_EQ(brain.overflown, 0u);
  EXPECT_EQ(brain.lost, 0u);
  EXPECT_GT(brain.relative_error, 0);
  EXPECT_LT(brain.relative_error, 0x1p-8);
}

TEST(WeightLoss, LargeWeightsAreConvertedWhenTheyAreWritten) {
  auto model = sample();
  const auto values = random_floats(9, 4 * 4 * 33 * 33);
  model.graph.weights[0] = float_tensor("w", {4, 4, 33, 33}, values);
  set_attribute(model.graph.nodes[0], "pads", std::vector<std::int64_t>{16, 16, 16, 16});
  const auto result = halved(model);
  ASSERT_EQ(result.model.graph.weights.size(), 1u);
  const auto& weight = result.model.graph.weights[0];
  EXPECT_TRUE(weight.generate);
  EXPECT_EQ(weight.byte_size(), values.size() * 2);
  const auto back = to_floats(weight).value();
  for (std::size_t i = 0; i < values.size(); ++i)
    ASSERT_NEAR(back[i], values[i], std::abs(values[i]) * 0x1p-11 + 0x1p-25) << i;
}

struct RealCase {
  const char* file;
  std::vector<Shape> shapes;
  float mean[3], stdev[3];  // of pixels in 0..255, BGR
};

// The first photos, stretched, as the detector was trained on them.
TestFill photo_fill(const RealCase& real, const std::filesystem::path& photo) {
  return [=](std::size_t, const TensorView& view) {
    Fill fill;
    fill.kind = FillKind::image;
    fill.file = photo;
    const TensorSpec spec{"x", view.type, {view.shape.begin(), view.shape.end()}};
    const auto made = make_inputs({&spec, 1}, {{"", fill}}, 0);
    ASSERT_TRUE(made) << made.error().what;
    const auto* rgb = reinterpret_cast<const float*>(made->front().bytes.data());
    const auto out = view.as<float>();
    const auto area = out.size() / 3;
    for (std::size_t c = 0; c < 3; ++c)
      for (std::size_t i = 0; i < area; ++i)
        out[c * area + i] = (rgb[(2 - c) * area + i] * 255 - real.mean[c]) / real.stdev[c];
  };
}

class ToPrecisionOnPhotos : public testing::TestWithParam<RealCase> {};

TEST_P(ToPrecisionOnPhotos, KeepsEveryOutput) {
  JM_SKIP_WITHOUT_RUNTIME();
  const auto path = real_data("models/detectors") / GetParam().file;
  JM_SKIP_WITHOUT(path);
  const auto photos = real_data("images/voc50/images");
  JM_SKIP_WITHOUT(photos);
  std::set<std::filesystem::path> some;
  for (const auto& each : std::filesystem::directory_iterator(photos)) some.insert(each.path());
  const auto model = read_onnx(path);
  ASSERT_TRUE(model) << model.error().what;
  const auto result = halved(*model);
  std::size_t left = 3;
  double worst = 1;
  for (const auto& photo : some) {
    if (left-- == 0) break;
    const auto fill = photo_fill(GetParam(), photo);
    const auto difference = apart(run_graph(*model, fill), run_graph(result.model, fill));
    worst = std::min(worst, difference.cosine);
  }
  RecordProperty("worst_cosine", fmt::format("{:.7f}", worst));
  EXPECT_GE(worst, 0.9999);
}

INSTANTIATE_TEST_SUITE_P(Each, ToPrecisionOnPhotos,
                         testing::Values(RealCase{"yolox_nano_416.onnx", {}, {0, 0, 0}, {1, 1, 1}},
                                         RealCase{"nanodet_m_416.onnx",
                                                  {},
                                                  {103.53F, 116.28F, 123.675F},
                                                  {57.375F, 57.12F, 58.395F}}),
                         [](const auto& each) {
                           return std::filesystem::path(each.param.file).stem().string();
                         });

TEST(ToPrecisionOfRealModels, LeavesQuantisedPartsAlone) {
  const auto path = real_data("models/classifiers/mobilenet_v2_int8.onnx");
  JM_SKIP_WITHOUT(path);
  const auto model = read_onnx(path);
  ASSERT_TRUE(model) << model.error().what;
  const auto result = halved(*model);
  for (const auto* op : {"DynamicQuantizeLinear", "ConvInteger", "MatMulInteger"})
    EXPECT_EQ(count_ops(result.model.graph, op), count_ops(model->graph, op)) << op;
  const GraphIndex before(model->graph), after(result.model.graph);
  std::size_t integers = 0;
  for (const auto& node : result.model.graph.nodes) {
    if (node.op != "ConvInteger") continue;
    const auto *was = before.weight(node.inputs[1]), *is = after.weight(node.inputs[1]);
    ASSERT_TRUE(was && is) << describe(node);
    EXPECT_TRUE(std::ranges::equal(was->data.bytes, is->data.bytes)) << describe(node);
    ++integers;
  }
  EXPECT_EQ(integers, 52u);
}

TEST(ToPrecisionOfRealModels, GoesThroughTheBranchesOfSilero) {
  JM_SKIP_WITHOUT_RUNTIME();
  const auto path = real_data("models/other/silero_vad.onnx");
  JM_SKIP_WITHOUT(path);
  const auto model = read_onnx(path);
  ASSERT_TRUE(model) << model.error().what;
  const auto result = halved(*model);
  EXPECT_GT(result.precision.converted_nodes, 100u);
  for (const auto& [rate, samples] : {std::pair{16000, 576}, std::pair{8000, 288}}) {
    const auto fill = [&, hertz = rate](std::size_t input, const TensorView& view) {
      random_fill(3, -0.5F, 0.5F)(input, view);
      if (view.type == ElementType::int64) view.as<std::int64_t>()[0] = hertz;
    };
    const std::vector<Shape> shapes{{1, samples}, {2, 1, 128}, {}};
    const auto difference =
        apart(run_graph(*model, fill, shapes), run_graph(result.model, fill, shapes));
    EXPECT_GE(difference.cosine, 0.9999) << rate;
  }
}

}  // namespace
}  // namespace jetmeter
