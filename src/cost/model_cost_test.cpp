// What layers cost, each figure worked out by hand.
#include <gmock/gmock.h>

#include "jetmeter/cost.h"
#include "jetmeter/graph_builder.h"

namespace jetmeter {
namespace {

using Ints = std::vector<std::int64_t>;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

std::vector<float> some(std::size_t count) {
  return std::vector<float>(count, 0.5F);
}

const LayerCost& layer(const ModelCost& cost, std::string_view name) {
  for (const auto& each : cost.layers)
    if (each.name == name) return each;
  throw std::out_of_range(std::string(name));
}

// x 1x4x8x8 -> Conv 6 of 3x3 in 2 groups, stride 2 -> Relu -> Reshape -> Gemm -> y 1x10.
ModelGraph small_network() {
  GraphBuilder g("small");
  g.input("x", {1, 4, 8, 8});
  g.floats("w", {6, 2, 3, 3}, some(108));
  g.floats("b", {6}, some(6));
  g.node("Conv", "conv", {"x", "w", "b"},
         {{"strides", Ints{2, 2}}, {"pads", Ints{1, 1, 1, 1}}, {"group", std::int64_t{2}}});
  g.node("Relu", "relu", {"conv"});
  g.integers("to", {1, -1});
  g.node("Reshape", "flat", {"relu", "to"});
  g.floats("v", {96, 10}, some(960));
  g.floats("c", {10}, some(10));
  g.node("Gemm", "y", {"flat", "v", "c"});
  g.output("y", {1, 10});
  return g.take();
}

TEST(ModelCost, CountsMultiplyAddsTwiceAndElementsOnce) {
  const auto cost = model_cost(small_network());
  ASSERT_TRUE(cost) << cost.error().what;
  // 96 outputs, each a sum over a filter of 2x3x3.
  EXPECT_EQ(layer(*cost, "conv").flops, 2u * 96 * 18);
  EXPECT_EQ(layer(*cost, "relu").flops, 0u);
  EXPECT_EQ(layer(*cost, "relu").other_flops, 96u);
  EXPECT_EQ(layer(*cost, "flat").flops, 0u);
  EXPECT_EQ(layer(*cost, "y").flops, 2u * 960);
  EXPECT_EQ(cost->flops, 3456u + 1920);
  EXPECT_EQ(cost->other_flops, 96u);
  EXPECT_TRUE(cost->complete());
}

TEST(ModelCost, CountsBytesThatAreMoved) {
  const auto cost = model_cost(small_network());
  EXPECT_EQ(layer(*cost, "conv").read_bytes, 4u * (256 + 108 + 6));
  EXPECT_EQ(layer(*cost, "conv").write_bytes, 4u * 96);
  EXPECT_EQ(layer(*cost, "flat").read_bytes, 0u);  // another name for the same bytes
  EXPECT_EQ(layer(*cost, "flat").write_bytes, 0u);
  EXPECT_EQ(layer(*cost, "y").read_bytes, 4u * (96 + 960 + 10));
  EXPECT_EQ(cost->read_bytes, 4u * (370 + 96 + 1066));
  EXPECT_EQ(cost->write_bytes, 4u * (96 + 96 + 10));
}

TEST(ModelCost, CountsParametersButNoArguments) {
  const auto cost = model_cost(small_network());
  EXPECT_EQ(cost->parameters, 108u + 6 + 960 + 10);
  EXPECT_EQ(layer(*cost, "conv").parameters, 114u);
  EXPECT_EQ(layer(*cost, "flat").parameters, 0u);
  EXPECT_EQ(layer(*cost, "flat").weight_bytes, 16u);
  EXPECT_EQ(cost->weight_bytes, 4u * 1084 + 16);
}

TEST(ModelCost, FindsThePeakAndWhereItIs) {
  const auto cost = model_cost(small_network());
  // Throughout: x and y, 256 and 10 floats. At relu: conv and relu; at flat: relu and flat.
  EXPECT_EQ(cost->peak_activation_bytes, 4u * (266 + 96 + 96));
  EXPECT_EQ(cost->peak_layer, "Relu 'relu'");
}

TEST(ModelCost, CountsAWeightOnceHoweverManyReadIt) {
  GraphBuilder g("shared");
  g.input("x", {4, 4});
  g.floats("w", {4, 4}, some(16));
  g.node("MatMul", "a", {"x", "w"});
  g.node("MatMul", "b", {"a", "w"});
  g.node("MatMul", "c", {"w", "w"});
  g.output("b", {4, 4});
  const auto cost = model_cost(g.model());
  EXPECT_EQ(cost->parameters, 16u);
  EXPECT_EQ(cost->weight_bytes, 64u);
  EXPECT_EQ(layer(*cost, "b").parameters, 0u);
  EXPECT_EQ(layer(*cost, "b").weight_bytes, 64u);
  EXPECT_EQ(layer(*cost, "c").read_bytes, 64u);  // twice named, once read
}

TEST(ModelCost, TakesNoConstantForAParameter) {
  GraphBuilder g("constants");
  g.input("x", {2, 3});
  g.floats("half", {}, some(1));
  g.node("Mul", "m", {"x", "half"});
  g.node("Constant", "grid", {}, {{"value", float_tensor("", {3}, some(3))}});
  g.node("Add", "a", {"m", "grid"});
  g.floats("bias", {3}, some(3));
  g.node("Add", "b", {"a", "bias"});
  g.floats("low", {}, some(1));
  g.node("Clip", "y", {"b", "low"});
  const auto cost = model_cost(g.model());
  EXPECT_EQ(cost->parameters, 3u);  // the bias
  EXPECT_EQ(cost->weight_bytes, 4u * (1 + 3 + 3 + 1));
  EXPECT_EQ(cost->layers.size(), 4u);  // a Constant is no layer
}

TEST(ModelCost, CountsQuantisedWeightsAndNotTheirScales) {
  GraphBuilder g("quantised");
  g.input("x", {2, 4});
  g.weight(raw_tensor("w", ElementType::int8, {4, 3}, std::vector<std::byte>(12)));
  g.floats("s", {3}, some(3));
  g.weight(raw_tensor("z", ElementType::int8, {3}, std::vector<std::byte>(3)));
  g.node("DequantizeLinear", "d", {"w", "s", "z"}, {{"axis", std::int64_t{1}}});
  g.node("MatMul", "y", {"x", "d"});
  const auto cost = model_cost(g.model());
  EXPECT_EQ(cost->parameters, 12u);
  EXPECT_EQ(layer(*cost, "d").other_flops, 24u);
  EXPECT_EQ(layer(*cost, "y").flops, 2u * 2 * 4 * 3);
}

TEST(ModelCost, ReadsOnlyWhatIsGathered) {
  GraphBuilder g("embedding");
  g.input("ids", {1, 5}, ElementType::int64);
  g.floats("table", {1000, 8}, some(8000));
  g.node("Gather", "y", {"table", "ids"});
  const auto cost = model_cost(g.model());
  EXPECT_EQ(cost->read_bytes, 4u * 40 + 8 * 5);
  EXPECT_EQ(cost->parameters, 8000u);
}

struct Counted {
  const char* name;
  std::uint64_t flops;
  void (*build)(GraphBuilder&);
};

class FlopsOf : public testing::TestWithParam<Counted> {};

TEST_P(FlopsOf, AreThoseOfTheDefinition) {
  GraphBuilder g(GetParam().name);
  GetParam().build(g);
  const auto cost = model_cost(g.model());
  ASSERT_TRUE(cost) << cost.error().what;
  EXPECT_EQ(*layer(*cost, "y").flops + *layer(*cost, "y").other_flops, GetParam().flops);
}

const Counted kCounted[] = {
    {"conv_transpose", 2u * 40 * 4 * 9,
     [](GraphBuilder& g) {
       g.input("x", {1, 2, 4, 5});
       g.input("w", {2, 4, 3, 3});
       g.node("ConvTranspose", "y", {"x", "w"});
     }},
    {"matmul", 2u * 2 * 3 * 4 * 5 * 6,
     [](GraphBuilder& g) {
       g.input("a", {2, 3, 4, 5});
       g.input("b", {5, 6});
       g.node("MatMul", "y", {"a", "b"});
     }},
    {"gemm_transposed", 2u * 5 * 3 * 4,
     [](GraphBuilder& g) {
       g.input("a", {4, 5});
       g.input("b", {4, 3});
       g.node("Gemm", "y", {"a", "b"}, {{"transA", std::int64_t{1}}});
     }},
    {"einsum", 2u * 2 * 3 * 7 * 5,
     [](GraphBuilder& g) {
       g.input("a", {2, 3, 5});
       g.input("b", {2, 7, 5});
       g.node("Einsum", "y", {"a", "b"}, {{"equation", std::string("bid,bjd->bij")}});
     }},
    {"softmax", 5u * 12,
     [](GraphBuilder& g) {
       g.input("x", {3, 4});
       g.node("Softmax", "y", {"x"});
     }},
    {"batch_normalization", 2u * 12,
     [](GraphBuilder& g) {
       g.input("x", {1, 3, 4});
       for (const auto* name : {"s", "b", "m", "v"}) g.floats(name, {3}, some(3));
       g.node("BatchNormalization", "y", {"x", "s", "b", "m", "v"});
     }},
    {"max_pool", 4u * 8,
     [](GraphBuilder& g) {
       g.input("x", {1, 2, 4, 4});
       g.node("MaxPool", "y", {"x"}, {{"kernel_shape", Ints{2, 2}}, {"strides", Ints{2, 2}}});
     }},
    {"reduce", 24u,
     [](GraphBuilder& g) {
       g.input("x", {2, 3, 4});
       g.node("ReduceMean", "y", {"x"}, {{"axes", Ints{1}}});
     }},
    {"sum_of_three", 2u * 6,
     [](GraphBuilder& g) {
       for (const auto* name : {"a", "b", "c"}) g.input(name, {2, 3});
       g.node("Sum", "y", {"a", "b", "c"});
     }},
    {"resize_nearest", 0u,
     [](GraphBuilder& g) {
       g.input("x", {1, 2, 3, 5});
       g.floats("scales", {4}, {1, 1, 2, 2});
       g.node("Resize", "y", {"x", "", "scales"});
     }},
    {"resize_linear", 2u * 4 * 120,
     [](GraphBuilder& g) {
       g.input("x", {1, 2, 3, 5});
       g.integers("sizes", {1, 2, 6, 10});
       g.node("Resize", "y", {"x", "", "", "sizes"}, {{"mode", std::string("linear")}});
     }},
    {"attention", 2u * 2 * 5 * 7 * (2 * (4 + 4)),
     [](GraphBuilder& g) {
       g.input("q", {2, 5, 8});
       g.input("k", {2, 7, 8});
       g.input("v", {2, 7, 8});
       g.node("MultiHeadAttention", "y", {"q", "k", "v"}, {{"num_heads", std::int64_t{2}}},
              "com.microsoft");
     }},
    {"lstm", 2u * 5 * 2 * (48 + 64),
     [](GraphBuilder& g) {
       g.input("x", {5, 2, 3});
       g.input("w", {1, 16, 3});
       g.input("r", {1, 16, 4});
       g.node("LSTM", "y", {"x", "w", "r"});
     }},
    {"transpose", 0u,
     [](GraphBuilder& g) {
       g.input("x", {2, 3});
       g.node("Transpose", "y", {"x"});
     }},
};

INSTANTIATE_TEST_SUITE_P(Cost, FlopsOf, testing::ValuesIn(kCounted),
                         [](const auto& each) { return std::string(each.param.name); });

// ---- what is not known -------------------------------------------------------------------------

TEST(ModelCost, LeavesOutAndNamesAnOperatorThatItDoesNotKnow) {
  GraphBuilder g("strange");
  g.input("x", {2, 3});
  g.node("Relu", "r", {"x"});
  g.floats("w", {7}, some(7));
  g.node("Mystery", "m", {"r", "w"}, {}, "com.example");
  g.node("Relu", "y", {"m"});
  g.output("y", {2, 3});
  const auto cost = model_cost(g.model());
  ASSERT_TRUE(cost);
  EXPECT_THAT(cost->unknown_operators, ElementsAre(Pair("com.example.Mystery", 1u)));
  EXPECT_EQ(cost->unknown.size(), 2u);
  EXPECT_FALSE(layer(*cost, "m").flops);
  EXPECT_EQ(layer(*cost, "m").parameters, 7u);
  EXPECT_EQ(cost->flops, 0u);
  EXPECT_EQ(cost->other_flops, 6u);
  EXPECT_FALSE(cost->peak_activation_bytes);
  EXPECT_FALSE(cost->complete());
}

TEST(ModelCost, IsAbsentAndNotNoneWhereNothingIsKnown) {
  GraphBuilder g("open");
  g.input("x", {kDynamic, 3}, ElementType::float32, {"batch", ""});
  g.node("Relu", "y", {"x"});
  g.output("y", {kDynamic, 3});
  const auto cost = model_cost(g.model());
  ASSERT_TRUE(cost);
  EXPECT_FALSE(cost->flops);
  EXPECT_FALSE(cost->read_bytes);
  EXPECT_FALSE(cost->peak_activation_bytes);
  EXPECT_THAT(cost->unknown_operators, IsEmpty());
  EXPECT_EQ(cost->unknown[0].why, "axis 'batch' of input 'x' is open");
}

TEST(ModelCost, IsOfTheDearerBranch) {
  const auto branch = [](int relus) {
    GraphBuilder g("branch");
    std::string last = "x";
    for (int i = 0; i < relus; ++i)
      last = g.node("Relu", std::to_string(relus) + "_" + std::to_string(i), {last});
    g.output(last, {});
    return std::make_shared<Graph>(g.model().graph);
  };
  GraphBuilder g("if");
  g.input("x", {2, 3});
  g.input("c", {}, ElementType::boolean);
  g.node("If", "y", {"c"}, {{"then_branch", branch(1)}, {"else_branch", branch(3)}});
  g.output("y", {2, 3});
  const auto cost = model_cost(g.model());
  EXPECT_EQ(cost->other_flops, 18u);
  EXPECT_EQ(cost->read_bytes, 72u);
  EXPECT_EQ(cost->peak_activation_bytes, 49u);
}

// 6 and 4000 numbers: the branch of more operations is not the one of more memory.
TEST(ModelCost, HasTheMemoryOfTheBranchThatNeedsMore) {
  GraphBuilder computes("computes");
  computes.output(computes.node("Relu", "a", {"x"}), {});
  GraphBuilder copies("copies");
  copies.integers("many", {1000, 2, 3});
  copies.integers("first", {0});
  copies.node("Expand", "copied", {"x", "many"});
  copies.output(copies.node("Gather", "b", {"copied", "first"}), {});
  GraphBuilder g("if");
  g.input("x", {1, 2, 3});
  g.input("c", {}, ElementType::boolean);
  g.node("If", "y", {"c"},
         {{"then_branch", std::make_shared<Graph>(computes.model().graph)},
          {"else_branch", std::make_shared<Graph>(copies.model().graph)}});
  g.output("y", {1, 2, 3});
  const auto cost = model_cost(g.model());
  ASSERT_TRUE(cost);
  EXPECT_EQ(cost->other_flops, 6u);
  EXPECT_EQ(cost->peak_body_bytes, 24000u + 24);
}

TEST(ModelCost, HasNoBodyBytesWithoutBodies) {
  GraphBuilder g("plain");
  g.input("x", {2, 3});
  g.output(g.node("Relu", "y", {"x"}), {2, 3});
  EXPECT_EQ(model_cost(g.model())->peak_body_bytes, 0u);
}

TEST(ModelCost, HasNoCostThatOverflows) {
  GraphBuilder g("huge");
  g.input("a", {1 << 30, 1 << 28});
  g.input("b", {1 << 28, 1 << 30});
  g.node("MatMul", "y", {"a", "b"});
  const auto cost = model_cost(g.model());
  ASSERT_TRUE(cost);
  EXPECT_FALSE(cost->flops);
  EXPECT_EQ(cost->unknown.size(), 1u);
  EXPECT_EQ(cost->read_bytes, std::uint64_t{1} << 61);
}

}  // namespace
}  // namespace jetmeter
