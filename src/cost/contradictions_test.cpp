// Graphs that cannot be, graphs of which too little is known, and graphs that were made to hurt.
#include <gmock/gmock.h>

#include "jetmeter/cost.h"
#include "jetmeter/graph_builder.h"

namespace jetmeter {
namespace {

using Ints = std::vector<std::int64_t>;
using testing::HasSubstr;

struct Wrong {
  const char* name;
  const char* sentence;
  void (*build)(GraphBuilder&);
};

class Contradiction : public testing::TestWithParam<Wrong> {};

TEST_P(Contradiction, IsOneSentenceThatNamesTheNode) {
  GraphBuilder g("wrong");
  GetParam().build(g);
  const auto table = propagate_shapes(g.model());
  ASSERT_FALSE(table);
  EXPECT_EQ(table.error().what, GetParam().sentence);
}

const Wrong kWrong[] = {
    {"matmul", "MatMul 'y' cannot multiply 3x4 by 5x6: 4 and 5 would have to be equal",
     [](GraphBuilder& g) {
       g.input("a", {3, 4});
       g.input("b", {5, 6});
       g.node("MatMul", "y", {"a", "b"});
     }},
    {"gemm", "Gemm 'y' cannot multiply 3x4 by 5x6 transposed: 4 and 6 would have to be equal",
     [](GraphBuilder& g) {
       g.input("a", {3, 4});
       g.input("b", {5, 6});
       g.node("Gemm", "y", {"a", "b"}, {{"transB", std::int64_t{1}}});
     }},
    {"reshape", "Reshape 'y' cannot reshape 2x3 to 4x-1",
     [](GraphBuilder& g) {
       g.input("x", {2, 3});
       g.integers("to", {4, -1});
       g.node("Reshape", "y", {"x", "to"});
     }},
    {"reshape_two_open", "Reshape 'y' cannot reshape 2x3 to -1x-1",
     [](GraphBuilder& g) {
       g.input("x", {2, 3});
       g.integers("to", {-1, -1});
       g.node("Reshape", "y", {"x", "to"});
     }},
    {"broadcast", "Add 'y' cannot bring 2x3 and 2x4 to one shape",
     [](GraphBuilder& g) {
       g.input("a", {2, 3});
       g.input("b", {2, 4});
       g.node("Add", "y", {"a", "b"});
     }},
    {"channels",
     "Conv 'y' has filters of 8x4x3x3 in 1 groups for an input of 1x3x9x9: 4 channels do not fit 3",
     [](GraphBuilder& g) {
       g.input("x", {1, 3, 9, 9});
       g.input("w", {8, 4, 3, 3});
       g.node("Conv", "y", {"x", "w"});
     }},
    {"window", "Conv 'y' slides a window of 3 over an axis of 2",
     [](GraphBuilder& g) {
       g.input("x", {1, 3, 2, 9});
       g.input("w", {8, 3, 3, 3});
       g.node("Conv", "y", {"x", "w"});
     }},
    {"no_stride", "MaxPool 'y' has strides of 0",
     [](GraphBuilder& g) {
       g.input("x", {1, 3, 9, 9});
       g.node("MaxPool", "y", {"x"}, {{"kernel_shape", Ints{2, 2}}, {"strides", Ints{0, 1}}});
     }},
    {"no_such_axis", "Concat 'y' has no axis 2: its input has 2",
     [](GraphBuilder& g) {
       g.input("x", {2, 3});
       g.node("Concat", "y", {"x"}, {{"axis", std::int64_t{2}}});
     }},
    {"join", "Concat 'y' cannot join 2x3 and 3x3 along axis 1",
     [](GraphBuilder& g) {
       g.input("a", {2, 3});
       g.input("b", {3, 3});
       g.node("Concat", "y", {"a", "b"}, {{"axis", std::int64_t{1}}});
     }},
    {"split", "Split 'y' cannot split 3 of 2x3 into 2 parts of 1+1",
     [](GraphBuilder& g) {
       g.input("x", {2, 3});
       g.integers("parts", {1, 1});
       g.nodes("Split", "y", {"x", "parts"}, {"a", "b"}, {{"axis", std::int64_t{1}}});
     }},
    {"inputs", "MatMul 'y' has 1 inputs and needs 2",
     [](GraphBuilder& g) {
       g.input("x", {2, 3});
       g.node("MatMul", "y", {"x"});
     }},
    {"left_out", "Conv 'y' lacks its input 0",
     [](GraphBuilder& g) {
       g.input("w", {8, 3, 3, 3});
       g.node("Conv", "y", {"", "w"});
     }},
    {"overflow",
     "Expand 'y' would make a tensor of 4294967296x4294967296: more than 64 bits can count",
     [](GraphBuilder& g) {
       g.input("x", {1, 1});
       g.integers("to", {1LL << 32, 1LL << 32});
       g.node("Expand", "y", {"x", "to"});
     }},
    {"overflow_of_pads",
     "Pad 'y' would make a tensor of 4611686018427387904: more than 64 bits can "
     "count",
     [](GraphBuilder& g) {
       g.input("x", {1}, ElementType::uint8);
       g.integers("pads", {9223372036854775807, 9223372036854775807});
       g.node("Pad", "y", {"x", "pads"});
     }},
    {"negative", "Pad 'y' would make a tensor of -4",
     [](GraphBuilder& g) {
       g.input("x", {1});
       g.integers("pads", {-5, 0});
       g.node("Pad", "y", {"x", "pads"});
     }},
    {"huge_input", "input 'x' has an impossible shape: 9223372036854775807x4",
     [](GraphBuilder& g) {
       g.input("x", {9223372036854775807, 4});
       g.node("Relu", "y", {"x"});
     }},
};

INSTANTIATE_TEST_SUITE_P(Cost, Contradiction, testing::ValuesIn(kWrong),
                         [](const auto& each) { return std::string(each.param.name); });

// ---- what is not known -------------------------------------------------------------------------

ModelGraph open_batch() {
  GraphBuilder g("open");
  g.input("x", {kDynamic, 3}, ElementType::float32, {"batch", ""});
  g.node("Relu", "r", {"x"});
  g.node("Neg", "y", {"r"});
  g.output("y", {kDynamic, 3});
  return g.take();
}

TEST(PropagateShapes, NamesTheAxisThatIsOpenAtEveryNodeAfterIt) {
  const auto table = propagate_shapes(open_batch());
  ASSERT_TRUE(table);
  ASSERT_EQ(table->unknown.size(), 2u);
  EXPECT_EQ(table->unknown[1].node, "Neg 'y'");
  EXPECT_EQ(table->unknown[1].why, "axis 'batch' of input 'x' is open");
  EXPECT_FALSE(table->find("y")->shape);
  EXPECT_EQ(table->find("nowhere"), nullptr);
}

TEST(PropagateShapes, TakesSizesForOpenAxes) {
  EXPECT_EQ(propagate_shapes(open_batch(), {.axes = {{"batch", 4}}})->find("y")->shape,
            (Shape{4, 3}));
  EXPECT_EQ(propagate_shapes(open_batch(), {.inputs = {{"x", {2, 3}}}})->find("y")->shape,
            (Shape{2, 3}));
  EXPECT_EQ(propagate_shapes(open_batch(), {.axes = {{"batch", 0}}})->find("y")->shape,
            (Shape{0, 3}));
}

TEST(PropagateShapes, RefusesSizesThatTheFileContradicts) {
  EXPECT_EQ(propagate_shapes(open_batch(), {.inputs = {{"x", {2, 4}}}}).error().what,
            "axis 1 of input 'x' is fixed at 3; 4 was asked for");
  EXPECT_EQ(propagate_shapes(open_batch(), {.inputs = {{"x", {2}}}}).error().what,
            "input 'x' has 2 axes (?x3); the shape 2 has 1");
  EXPECT_EQ(propagate_shapes(open_batch(), {.inputs = {{"x", {2, 3}}}, .axes = {{"batch", 3}}})
                .error()
                .what,
            "axis 'batch' of input 'x' would be 3 and 2");
}

TEST(PropagateShapes, PassesOverInputsAndAxesThatAreNotThere) {
  EXPECT_TRUE(propagate_shapes(open_batch(), {.inputs = {{"z", {2, 3}}}, .axes = {{"n", 1}}}));
}

TEST(PropagateShapes, TakesTheFilesWordAfterAnOperatorItDoesNotKnow) {
  GraphBuilder g("strange");
  g.input("x", {2, 3});
  g.node("Mystery", "m", {"x"}, {}, "com.example");
  g.node("Relu", "y", {"m"});
  auto model = g.take();
  EXPECT_EQ(propagate_shapes(model)->unknown[1].why,
            "jetmeter does not know the operator com.example.Mystery");
  model.graph.values.push_back({"m", ElementType::float32, 0, true, {5, 7}, {}});
  const auto table = propagate_shapes(model);
  EXPECT_TRUE(table->unknown.empty());
  EXPECT_EQ(table->find("y")->shape, (Shape{5, 7}));
}

TEST(PropagateShapes, DoesNotGuessWhatHangsOnTheData) {
  GraphBuilder g("data");
  g.input("x", {2, 3});
  g.input("to", {2}, ElementType::int64);
  g.node("Reshape", "y", {"x", "to"});
  g.node("NonZero", "z", {"x"});
  const auto table = propagate_shapes(g.model());
  ASSERT_EQ(table->unknown.size(), 2u);
  EXPECT_EQ(table->unknown[0].why, "its shape hangs on the values of 'to'");
  EXPECT_EQ(table->unknown[1].why, "how much it finds hangs on the data");
}

// ---- If ----------------------------------------------------------------------------------------

std::shared_ptr<Graph> branch(const std::string& output, const Ints& to) {
  GraphBuilder g("branch");
  g.integers(output + "_to", to);
  g.node("Reshape", output, {"x", output + "_to"});
  g.output(output, {});
  return std::make_shared<Graph>(g.model().graph);
}

ModelGraph with_if(const Ints& then_shape, const Ints& else_shape, bool decided) {
  GraphBuilder g("if");
  g.input("x", {2, 6});
  if (decided)
    g.weight(raw_tensor("c", ElementType::boolean, {}, {std::byte{0}}));
  else
    g.input("c", {}, ElementType::boolean);
  g.node("If", "y", {"c"},
         {{"then_branch", branch("t", then_shape)}, {"else_branch", branch("e", else_shape)}});
  return g.take();
}

TEST(PropagateShapes, FollowsBranchesThatAgreeOrTheOneThatIsTaken) {
  EXPECT_EQ(propagate_shapes(with_if({3, 4}, {3, 4}, false))->find("y")->shape, (Shape{3, 4}));
  EXPECT_EQ(propagate_shapes(with_if({3, 4}, {4, 3}, true))->find("y")->shape, (Shape{4, 3}));
  const auto differ = propagate_shapes(with_if({3, 4}, {4, 3}, false));
  ASSERT_EQ(differ->unknown.size(), 1u);
  EXPECT_EQ(differ->unknown[0].why, "its branches give different shapes");
}

TEST(PropagateShapes, SurvivesBodiesInBodies) {
  auto inner = branch("t", {3, 4});
  for (int i = 0; i < 90; ++i) {
    auto around = std::make_shared<Graph>();
    Node node{"If", "", "", {"c"}, {"t"}, {}};
    node.attributes.push_back({"then_branch", inner});
    node.attributes.push_back({"else_branch", branch("e", {3, 4})});
    around->nodes.push_back(std::move(node));
    around->outputs.push_back({"t"});
    inner = around;
  }
  GraphBuilder g("deep");
  g.input("x", {2, 6});
  g.input("c", {}, ElementType::boolean);
  g.node("If", "y", {"c"}, {{"then_branch", inner}, {"else_branch", branch("e", {3, 4})}});
  const auto cost = model_cost(g.model());
  ASSERT_TRUE(cost);
  ASSERT_EQ(cost->unknown.size(), 1u);
  EXPECT_THAT(cost->unknown[0].why, HasSubstr("too deep"));
  EXPECT_FALSE(cost->flops);
}

// ---- hostile -----------------------------------------------------------------------------------

TEST(PropagateShapes, SurvivesAVeryLongChain) {
  GraphBuilder g("long");
  std::string last = g.input("x", {2, 3});
  for (int i = 0; i < 20000; ++i) last = g.node("Relu", "n" + std::to_string(i), {last});
  const auto cost = model_cost(g.model());
  ASSERT_TRUE(cost);
  EXPECT_EQ(cost->other_flops, 120000u);
  EXPECT_EQ(cost->peak_activation_bytes, 72u);
}

TEST(PropagateShapes, KeepsNoMoreValuesThanItNeeds) {
  GraphBuilder g("many");
  std::string last = g.integers("x", Ints(4096, 1));
  for (int i = 0; i < 3000; ++i) last = g.node("Neg", "n" + std::to_string(i), {last});
  const auto table = propagate_shapes(g.model());
  ASSERT_TRUE(table);
  EXPECT_TRUE(table->find("n0")->integers);
  EXPECT_FALSE(table->find(last)->integers);
  EXPECT_EQ(table->find(last)->shape, (Shape{4096}));
}

TEST(PropagateShapes, GivesUpWhereThereAreTooManyAxes) {
  GraphBuilder g("axes");
  g.input("x", {1});
  g.integers("to", Ints(1000, 1));
  g.node("Reshape", "y", {"x", "to"});
  const auto table = propagate_shapes(g.model());
  ASSERT_TRUE(table);
  EXPECT_EQ(table->unknown[0].why, "it asks for 1000 axes");
}

}  // namespace
}  // namespace jetmeter
