#include <gmock/gmock.h>

#include <memory>

#include "jetmeter/graph_builder.h"
#include "jetmeter/predict.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;

FusedModel fused(GraphBuilder& graph, const FusionRules& rules) {
  const auto model = graph.take();
  const auto shapes = propagate_shapes(model);
  EXPECT_TRUE(shapes) << shapes.error().what;
  return fuse(model, *shapes, model_cost(model, *shapes), rules);
}

std::vector<std::string> ops_of(const FusedModel& model) {
  std::vector<std::string> ops;
  for (const auto& kernel : model.kernels) ops.push_back(kernel.ops);
  return ops;
}

std::string conv(GraphBuilder& graph, const std::string& name, const std::string& x,
                 std::int64_t in, std::int64_t out, std::int64_t group = 1) {
  const Shape shape{out, in / group, 3, 3};
  const auto weight = graph.floats(
      name + ".w", shape, std::vector<float>(static_cast<std::size_t>(element_count(shape)), 0.1F));
  return graph.node("Conv", name, {x, weight},
                    {{"pads", std::vector<std::int64_t>{1, 1, 1, 1}}, {"group", group}});
}

std::string silu(GraphBuilder& graph, const std::string& name, const std::string& x) {
  return graph.node("Mul", name, {x, graph.node("Sigmoid", name + ".gate", {x})});
}

GraphBuilder residual_block() {
  GraphBuilder graph("block");
  const auto x = graph.input("x", {1, 8, 4, 4});
  const auto y = silu(graph, "silu", conv(graph, "conv", x, 8, 8));
  graph.node("Add", graph.output("sum", {1, 8, 4, 4}), {x, y});
  return graph;
}

TEST(Fuse, TensorRtTakesActivationAndResidualIntoTheConvolution) {
  auto graph = residual_block();
  const auto model = fused(graph, tensorrt_fusion());
  ASSERT_THAT(ops_of(model), ElementsAre("Conv+Sigmoid+Mul+Add"));
  const auto& kernel = model.kernels.front();
  EXPECT_EQ(kernel.kind, KernelClass::conv);
  // x once, although the convolution and the sum read it; nothing in between is written.
  EXPECT_EQ(kernel.read.elements, 128);
  EXPECT_EQ(kernel.write.elements, 128);
  EXPECT_EQ(kernel.write.own_bytes, 512);
  EXPECT_EQ(kernel.weights.elements, 576);
  EXPECT_EQ(kernel.m, 16);
  EXPECT_EQ(kernel.n, 8);
  EXPECT_EQ(kernel.k, 72);
}

TEST(Fuse, OnnxRuntimeKeepsSiluApart) {
  auto graph = residual_block();
  EXPECT_THAT(ops_of(fused(graph, onnxruntime_cpu_fusion())),
              ElementsAre("Conv", "Sigmoid+Mul", "Add"));
}

TEST(Fuse, OnnxRuntimeTakesOneActivationAndASum) {
  GraphBuilder graph("block");
  const auto x = graph.input("x", {1, 8, 4, 4});
  const auto sum = graph.node("Add", "sum", {x, conv(graph, "conv", x, 8, 8)});
  graph.node("Relu", graph.output("y", {1, 8, 4, 4}), {sum});
  EXPECT_THAT(ops_of(fused(graph, onnxruntime_cpu_fusion())), ElementsAre("Conv+Add+Relu"));
}

// What another layer needs as well must be written before the activation.
TEST(Fuse, AConvolutionThatTwoReadStaysAlone) {
  GraphBuilder graph("two");
  const auto x = graph.input("x", {1, 8, 4, 4});
  const auto y = conv(graph, "first", x, 8, 8);
  const auto active = graph.node("Relu", "relu", {y});
  graph.node("Concat", graph.output("z", {1, 16, 4, 4}), {y, active}, {{"axis", std::int64_t{1}}});
  EXPECT_THAT(ops_of(fused(graph, tensorrt_fusion())), ElementsAre("Conv", "Relu", "Concat"));
}

TEST(Fuse, AnOutputOfTheGraphIsWritten) {
  GraphBuilder graph("out");
  const auto x = graph.input("x", {1, 8, 4, 4});
  const auto y = conv(graph, "conv", x, 8, 8);
  graph.output(y, {1, 8, 4, 4});
  graph.node("Relu", graph.output("z", {1, 8, 4, 4}), {y});
  const auto model = fused(graph, tensorrt_fusion());
  EXPECT_THAT(ops_of(model), ElementsAre("Conv", "Relu"));
}

TEST(Fuse, ReshapesAndSplitsAreFreeForTensorRt) {
  GraphBuilder graph("views");
  const auto x = graph.input("x", {1, 8, 4, 4});
  const auto flat = graph.node("Reshape", "flat", {x, graph.integers("shape", {1, 8, 16})});
  const auto parts = graph.nodes("Split", "split", {flat}, {"a", "b"}, {{"axis", std::int64_t{1}}});
  graph.node("Add", graph.output("y", {1, 4, 16}), {parts[0], parts[1]});
  auto copy = graph;
  const auto model = fused(graph, tensorrt_fusion());
  ASSERT_THAT(ops_of(model), ElementsAre("Add"));
  EXPECT_EQ(model.free_layers, 2U);
  EXPECT_EQ(model.kernels.front().read.elements, 128);
  EXPECT_EQ(model.kernels.front().write.elements, 64);
  EXPECT_THAT(ops_of(fused(copy, onnxruntime_cpu_fusion())), ElementsAre("Split", "Add"));
}

TEST(Fuse, NormalisationInPiecesIsOneKernel) {
  GraphBuilder graph("norm");
  const auto x = graph.input("x", {1, 4, 8});
  const Attributes last{{"axes", std::vector<std::int64_t>{-1}}};
  const auto mean = graph.node("ReduceMean", "mean", {x}, last);
  const auto centred = graph.node("Sub", "centred", {x, mean});
  const auto square = graph.node("Pow", "square", {centred, graph.floats("two", {}, {2})});
  const auto variance = graph.node("ReduceMean", "variance", {square}, last);
  const auto safe = graph.node("Add", "safe", {variance, graph.floats("eps", {}, {1e-5F})});
  const auto deviation = graph.node("Sqrt", "deviation", {safe});
  graph.node("Div", graph.output("y", {1, 4, 8}), {centred, deviation});
  const auto model = fused(graph, onnxruntime_cpu_fusion());
  ASSERT_EQ(model.kernels.size(), 1U);
  EXPECT_EQ(model.kernels.front().kind, KernelClass::reduction);
  EXPECT_EQ(model.kernels.front().read.elements, 32);
}

TEST(Fuse, AProductOfAStackCountsItsGroups) {
  GraphBuilder graph("attention");
  const auto q = graph.input("q", {1, 12, 197, 64});
  const auto k = graph.input("k", {1, 12, 64, 197});
  graph.node("MatMul", graph.output("y", {1, 12, 197, 197}), {q, k});
  const auto model = fused(graph, tensorrt_fusion());
  const auto& kernel = model.kernels.front();
  EXPECT_EQ(kernel.groups, 12);
  EXPECT_EQ(kernel.m, 197);
  EXPECT_EQ(kernel.n, 197);
  EXPECT_EQ(kernel.k, 64);
  EXPECT_EQ(kernel.flops, 2.0 * 12 * 197 * 197 * 64);
}

TEST(Fuse, DepthwiseIsAClassOfItsOwn) {
  GraphBuilder graph("depthwise");
  const auto x = graph.input("x", {1, 8, 4, 4});
  graph.node("Relu", graph.output("y", {1, 8, 4, 4}), {conv(graph, "conv", x, 8, 8, 8)});
  EXPECT_EQ(fused(graph, tensorrt_fusion()).kernels.front().kind, KernelClass::depthwise);
}

TEST(Fuse, AnUnknownOperatorIsCountedAndHasNoCost) {
  GraphBuilder graph("unknown");
  const auto x = graph.input("x", {1, 8, 4, 4});
  graph.node("Relu", "relu", {x});
  graph.node("Wonder", graph.output("y", {1, 8, 4, 4}), {"relu"}, {}, "com.example");
  const auto model = fused(graph, tensorrt_fusion());
  ASSERT_EQ(model.kernels.size(), 2U);
  EXPECT_TRUE(model.kernels[0].known);
  EXPECT_FALSE(model.kernels[1].known);
  EXPECT_EQ(model.unknown_operators.at("com.example.Wonder"), 1U);
}

TEST(Fuse, ABatchScalesWhatFlowsButNoWeights) {
  auto graph = residual_block();
  const auto one = fused(graph, tensorrt_fusion());
  const auto four = batched(one, 4);
  EXPECT_EQ(four.kernels[0].flops, 4 * one.kernels[0].flops);
  EXPECT_EQ(four.kernels[0].read.elements, 4 * one.kernels[0].read.elements);
  EXPECT_EQ(four.kernels[0].weights.elements, one.kernels[0].weights.elements);
  EXPECT_EQ(four.kernels[0].m, 4 * one.kernels[0].m);
}

// ---- weights that are made before anything runs ------------------------------------------------

constexpr std::int64_t kRows = 64, kColumns = 32;

Tensor raw(const std::string& name, ElementType type) {
  return raw_tensor(name, type, {kRows, kColumns},
                    std::vector<std::byte>(kRows * kColumns * element_bytes(type)));
}

// Puts a weight of kRows x kColumns into the graph and says what a product reads.
using Weight = std::string (*)(GraphBuilder&);

std::string plain(GraphBuilder& graph) {
  return graph.weight(raw("w", ElementType::float32));
}
std::string dequantized(GraphBuilder& graph) {
  return graph.node(
      "DequantizeLinear", "dq",
      {graph.weight(raw("w8", ElementType::int8)), graph.floats("scale", {}, {0.1F})});
}
std::string transposed(GraphBuilder& graph) {
  const std::vector<float> values(kRows * kColumns, 0.1F);
  return graph.node("Transpose", "t", {graph.floats("turned", {kColumns, kRows}, values)},
                    {{"perm", std::vector<std::int64_t>{1, 0}}});
}
std::string renamed(GraphBuilder& graph) {
  return graph.node("Identity", "same", {plain(graph)});
}
std::string widened(GraphBuilder& graph) {
  return graph.node("Cast", "cast", {graph.weight(raw("w16", ElementType::float16))},
                    {{"to", std::int64_t{1}}});
}
std::string dequantized_and_renamed(GraphBuilder& graph) {
  return graph.node("Identity", "same", {dequantized(graph)});
}
std::string constant(GraphBuilder& graph) {
  return graph.node("Constant", "w", {}, {{"value", raw("", ElementType::float32)}});
}

Kernel product_with(Weight weight, const FusionRules& rules) {
  GraphBuilder graph("product");
  const auto x = graph.input("x", {1, kRows});
  graph.node("MatMul", graph.output("y", {1, kColumns}), {x, weight(graph)});
  const auto model = fused(graph, rules);
  EXPECT_THAT(ops_of(model), ElementsAre("MatMul"));
  return model.kernels.empty() ? Kernel{} : model.kernels.front();
}

TEST(Fuse, AWeightIsReadHoweverItCameToBe) {
  constexpr double kElements = kRows * kColumns;
  for (const auto& rules : {tensorrt_fusion(), onnxruntime_cpu_fusion()}) {
    for (const auto weight : {&plain, &transposed, &renamed, &widened, &constant}) {
      const auto kernel = product_with(weight, rules);
      EXPECT_EQ(kernel.weights.elements, kElements);
      EXPECT_EQ(kernel.weights.own_bytes, 4 * kElements);
      EXPECT_TRUE(kernel.known);
    }
    // It stays in the file's 8 bits until the kernel takes it.
    for (const auto weight : {&dequantized, &dequantized_and_renamed}) {
      const auto kernel = product_with(weight, rules);
      EXPECT_EQ(kernel.weights.elements, kElements);
      EXPECT_EQ(kernel.weights.own_bytes, kElements);
    }
  }
}

TEST(Fuse, ShapesThatAreComputedAreNoWeights) {
  GraphBuilder graph("shapes");
  const auto x = graph.input("x", {1, 8, 4, 4});
  const auto shape = graph.node("Identity", "same", {graph.node("Shape", "shape", {x})});
  graph.node("Relu", graph.output("y", {1, 8, 4, 4}), {graph.node("Reshape", "r", {x, shape})});
  const auto model = fused(graph, tensorrt_fusion());
  ASSERT_THAT(ops_of(model), ElementsAre("Relu"));
  EXPECT_EQ(model.kernels.front().weights.own_bytes, 0);
}

TEST(Fuse, ConstantNodesAreWeightsInMemory) {
  for (const auto weight : {&plain, &constant}) {
    GraphBuilder graph("product");
    const auto x = graph.input("x", {1, kRows});
    graph.node("MatMul", graph.output("y", {1, kColumns}), {x, weight(graph)});
    EXPECT_EQ(fused(graph, tensorrt_fusion()).weight_elements, kRows * kColumns);
  }
}

// Its bodies read what its inputs do not name.
TEST(Fuse, ControlFlowIsNotFoldedWithItsCondition) {
  GraphBuilder graph("if");
  graph.input("x", {1, 8});
  const auto condition =
      graph.weight(raw_tensor("condition", ElementType::boolean, {}, std::vector<std::byte>(1)));
  const auto body = [](const std::string& result) {
    const auto branch = std::make_shared<Graph>();
    branch->nodes.push_back({.op = "Neg", .inputs = {"x"}, .outputs = {result}});
    branch->outputs.push_back({.name = result, .type = ElementType::float32});
    return branch;
  };
  const auto chosen =
      graph.node("If", "if", {condition}, {{"then_branch", body("a")}, {"else_branch", body("b")}});
  graph.node("Relu", graph.output("y", {1, 8}), {chosen});
  EXPECT_THAT(ops_of(fused(graph, tensorrt_fusion())), ElementsAre("If", "Relu"));
}

}  // namespace
}  // namespace jetmeter
