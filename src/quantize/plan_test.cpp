#include <gmock/gmock.h>

#include "jetmeter/quantize.h"
#include "quantize/test_graphs.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using testing::UnorderedElementsAre;

QuantizePlan plan_of(const ModelGraph& model, const QuantizeOptions& options = {}) {
  auto plan = plan_quantization(model, options);
  EXPECT_TRUE(plan) << plan.error().what;
  return *plan;
}

std::string refusal(ModelGraph model, const QuantizeOptions& options = {}) {
  auto ready = quantizable(std::move(model));
  if (!ready) return ready.error().what;
  const auto plan = plan_quantization(*ready, options);
  return plan ? "" : plan.error().what;
}

TEST(QuantizePlan, GoesOnThroughWhatHasAnIntegerKernelAndStopsBehindTheLastLayer) {
  const auto plan = plan_of(silu_network());
  EXPECT_EQ(plan.quantized_layers(), 3U);
  EXPECT_THAT(plan.tensors, ElementsAre("x", "a", "a_gate", "a_silu", "b", "sum", "c"));
  EXPECT_THAT(plan.observe, ElementsAre("x", "a", "a_silu", "b", "sum", "c"));
  EXPECT_THAT(plan.known, ElementsAre(Pair("a_gate", TensorRange{0, 1})));
  EXPECT_THAT(plan.gated, ElementsAre("a"));
}

TEST(QuantizePlan, LeavesAClampToTheSaturationOfItsLayer) {
  const auto plan = plan_of(relu_network());
  EXPECT_THAT(plan.tensors, ElementsAre("x", "relu", "pool", "y"));
  EXPECT_THAT(plan.like, ElementsAre(Pair("pool", "relu")));
  EXPECT_THAT(plan.observe, ElementsAre("x", "relu", "y"));
}

TEST(QuantizePlan, PutsPairsBeforeLayersAndOnOneBranchOfASumForTensorRt) {
  const auto plan = plan_of(silu_network(), {.target = QuantizeTarget::tensorrt});
  EXPECT_THAT(plan.tensors, ElementsAre("x", "a_silu", "sum"));
  // conv a, b and c read behind the DQ, and the sum's operand that is not conv b's.
  EXPECT_THAT(plan.reads, UnorderedElementsAre(Pair(0, 0), Pair(3, 0), Pair(4, 1), Pair(5, 0)));
}

TEST(QuantizePlan, SkipsByNameOperatorPatternAndPlace) {
  const auto kept = [](const QuantizeOptions& options) {
    std::vector<std::string> names;
    for (const auto& layer : plan_of(silu_network(), options).layers)
      if (!layer.quantized) names.push_back(layer.name);
    return names;
  };
  EXPECT_THAT(kept({.skip = {"b"}}), ElementsAre("b"));
  EXPECT_THAT(kept({.skip_first = true}), ElementsAre("a"));
  EXPECT_THAT(kept({.skip_last = true}), ElementsAre("c"));
}

TEST(QuantizePlan, RefusesAPatternThatFitsNothing) {
  EXPECT_THAT(refusal(relu_network(), {.skip = {"yy"}}),
              HasSubstr("no layer has the name or the operator 'yy'"));
  EXPECT_THAT(refusal(relu_network(), {.skip = {"Conv"}}), HasSubstr("no layer is left"));
}

TEST(QuantizePlan, RefusesWhatIsQuantisedAlready) {
  GraphBuilder g("q");
  const auto x = g.input("x", {1, 2});
  const auto scale = g.floats("scale", {}, {1});
  g.node("QuantizeLinear", "y", {x, scale});
  g.output("y", {1, 2}, ElementType::uint8);
  EXPECT_THAT(refusal(g.take()), HasSubstr("quantised already: it has QuantizeLinear 'y'"));
}

TEST(QuantizePlan, RefusesAModelWithoutLayersAndOneThatIsTooOld) {
  GraphBuilder g("none");
  g.node("Relu", "y", {g.input("x", {1, 2})});
  g.output("y", {1, 2});
  EXPECT_THAT(refusal(g.take()), HasSubstr("has no Conv"));
  EXPECT_THAT(refusal(silu_network(9)), HasSubstr("has opset 9; quantising needs 11"));
}

TEST(QuantizePlan, LeavesALayerWhoseOperandsAreBothComputed) {
  GraphBuilder g("attention");
  const auto x = g.input("x", {1, 4, 4});
  const auto product = g.node("MatMul", "product", {x, x});
  g.node("MatMul", "y", {product, g.floats("w", {4, 2}, wave(8))});
  g.output("y", {1, 4, 2});
  const auto plan = plan_of(g.take());
  EXPECT_EQ(plan.layers[0].why, "both of its operands are computed");
  EXPECT_TRUE(plan.layers[1].quantized);
}

TEST(QuantizePlan, TellsOfNormsThatAreNotFolded) {
  GraphBuilder g("norm");
  const auto a = conv(g, "a", g.input("x", {1, 2, 6, 6}), 2, 4);
  const auto ones = g.floats("ones", {4}, {1, 1, 1, 1});
  g.node("BatchNormalization", "y", {a, ones, ones, ones, ones});
  g.output("y", {1, 4, 6, 6});
  EXPECT_THAT(plan_of(g.take()).notes,
              ElementsAre(HasSubstr("1 BatchNormalization is not folded")));
}

TEST(QuantizePlan, KeepsAllButSome) {
  const auto model = silu_network();
  const auto plan = plan_of(model);
  const std::size_t only_b = 1;
  const auto one = plan_only(model, plan, {&only_b, 1});
  ASSERT_TRUE(one);
  EXPECT_EQ(one->quantized_layers(), 1U);
  EXPECT_EQ(one->layers[0].why, "kept for its error");
  EXPECT_THAT(one->tensors, ElementsAre("a_silu", "b"));
}

TEST(QuantizePlan, RaisesTheOpset) {
  GraphBuilder g("old", 11);
  const auto a = conv(g, "a", g.input("x", {1, 2, 6, 6}), 2, 4);
  const auto dropped = g.node("Dropout", "dropped", {a}, {{"ratio", 0.25F}});
  const auto soft = g.node("Softmax", "soft", {dropped});  // over all axes from the second on
  g.node("Squeeze", "y", {soft}, {{"axes", std::vector<std::int64_t>{0}}});
  g.output("y", {4, 6, 6});
  const auto raised = quantizable(g.take());
  ASSERT_TRUE(raised);
  EXPECT_EQ(raised->opsets.at(""), 13);
  std::vector<std::string> operators;
  for (const auto& node : raised->graph.nodes) operators.push_back(node.op);
  EXPECT_THAT(operators,
              ElementsAre("Conv", "Dropout", "Shape", "Flatten", "Softmax", "Reshape", "Squeeze"));
  EXPECT_TRUE(raised->graph.nodes[1].attributes.empty());
  EXPECT_THAT(raised->graph.nodes.back().inputs, ElementsAre("soft", "y/axes"));
}

}  // namespace
}  // namespace jetmeter
