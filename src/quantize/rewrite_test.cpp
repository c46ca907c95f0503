#include <gmock/gmock.h>

#include <limits>

#include "jetmeter/quantize.h"
#include "quantize/test_graphs.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Every tensor from -1 to 1.
TensorRanges even_ranges(const QuantizePlan& plan) {
  TensorRanges ranges;
  for (const auto& name : plan.tensors) ranges[name] = {-1, 1};
  return ranges;
}

ModelGraph rewritten(const ModelGraph& model, const QuantizeOptions& options = {}) {
  const auto plan = plan_quantization(model, options);
  EXPECT_TRUE(plan);
  auto result = quantized(model, *plan, even_ranges(*plan));
  EXPECT_TRUE(result) << result.error().what;
  return *std::move(result);
}

const Node& node_of(const Graph& graph, const std::string& name) {
  for (const auto& node : graph.nodes)
    if (node.name == name) return node;
  throw std::out_of_range(name);
}

TEST(Rewrite, PutsPairsAroundTheLayerAndKeepsTheOutputsName) {
  const auto model = rewritten(relu_network());
  const auto& layer = node_of(model.graph, "y");
  EXPECT_THAT(layer.inputs, ElementsAre("pool/dequantized", "y/float/weight_dequantized",
                                        "y/float/bias_dequantized"));
  EXPECT_THAT(layer.outputs, ElementsAre("y/float"));
  EXPECT_THAT(model.graph.nodes.back().op, "DequantizeLinear");
  EXPECT_THAT(model.graph.nodes.back().outputs, ElementsAre("y"));
}

TEST(Rewrite, LeavesNothingBetweenALayerAndItsClamp) {
  const auto model = rewritten(relu_network());
  EXPECT_THAT(node_of(model.graph, "relu").inputs, ElementsAre("a"));
}

TEST(Rewrite, GivesTheBiasTheScaleOfTheSums) {
  const auto model = rewritten(relu_network());
  const GraphIndex index(model.graph);
  const auto weight = to_floats(*index.weight("a/weight_scale")).value();
  const auto bias = to_floats(*index.weight("a/bias_scale")).value();
  ASSERT_EQ(weight.size(), 4U);
  for (std::size_t c = 0; c < 4; ++c) EXPECT_FLOAT_EQ(bias[c], weight[c] * 2 / 255);
  EXPECT_EQ(index.weight("a/bias")->type, ElementType::int32);
  EXPECT_EQ(index.weight("a.w"), nullptr) << "the FP32 weight is still in the file";
}

TEST(Rewrite, LeavesTheBiasToTensorRtInFloat) {
  const auto model = rewritten(relu_network(), {.target = QuantizeTarget::tensorrt});
  EXPECT_EQ(node_of(model.graph, "a").inputs[2], "a.b");
  const GraphIndex index(model.graph);
  EXPECT_EQ(index.weight("x/zero")->type, ElementType::int8);
  EXPECT_THAT(to_integers(*index.weight("x/zero")).value(), ElementsAre(0));
}

TEST(Rewrite, GivesOneScaleWhereAsked) {
  const auto model = rewritten(relu_network(), {.per_channel = false});
  EXPECT_TRUE(GraphIndex(model.graph).weight("a/weight_scale")->shape.empty());
}

TEST(Rewrite, KeepsALayerThatIsSkippedAsItWas) {
  const auto model = rewritten(silu_network(), {.skip = {"b"}});
  EXPECT_THAT(node_of(model.graph, "b").inputs, ElementsAre("a_silu/dequantized", "b.w", "b.b"));
}

TEST(Rewrite, NamesTheTensorWithoutARange) {
  const auto model = relu_network();
  const auto plan = *plan_quantization(model, {});
  auto ranges = even_ranges(plan);
  ranges.erase("relu");
  const auto result = quantized(model, plan, ranges);
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().what, HasSubstr("tensor 'relu' has no range"));
}

TEST(Rewrite, RefusesAWeightThatIsNoNumber) {
  auto model = relu_network();
  std::vector<float> values(4 * 2 * 9, std::numeric_limits<float>::infinity());
  for (auto& weight : model.graph.weights)
    if (weight.name == "a.w") weight = float_tensor("a.w", {4, 2, 3, 3}, values);
  const auto plan = *plan_quantization(model, {});
  const auto result = quantized(model, plan, even_ranges(plan));
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().what, HasSubstr("the weight of Conv 'a'"));
}

TEST(Rewrite, GivesTheSameBytesForTheSameModel) {
  EXPECT_EQ(*to_onnx_bytes(rewritten(silu_network())), *to_onnx_bytes(rewritten(silu_network())));
}

}  // namespace
}  // namespace jetmeter
