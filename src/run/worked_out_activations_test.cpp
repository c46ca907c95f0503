#include "run/worked_out_activations.h"

#include <gtest/gtest.h>

#include "jetmeter/graph_builder.h"
#include "support/temp_dir.h"

namespace jetmeter {
namespace {

// A branch of so many Relu, each of which writes what it reads.
std::shared_ptr<Graph> branch_of(int relus) {
  GraphBuilder g("branch");
  std::string last = "x";
  for (int i = 0; i < relus; ++i)
    last = g.node("Relu", "r" + std::to_string(relus) + "_" + std::to_string(i), {last});
  g.output(last, {});
  return std::make_shared<Graph>(g.model().graph);
}

// 4000 bytes in and out, 4000 between them out of an If: of its second branch three tensors of 4000
// are written, of which two live at a time beside the output.
GraphBuilder with_branches() {
  GraphBuilder g("if");
  g.input("x", {kDynamic, 1000}, ElementType::float32, {"batch", ""});
  g.input("c", {}, ElementType::boolean);
  g.node("If", "y", {"c"}, {{"then_branch", branch_of(1)}, {"else_branch", branch_of(3)}});
  g.node("Relu", "z", {"y"});
  g.output("z", {kDynamic, 1000}, ElementType::float32, {"batch", ""});
  return g;
}

// The output throughout, and two of the others while one is made of the other.
constexpr std::uint64_t kBody = 3 * 4000;

class WorkedOutActivations : public testing::Test {
 protected:
  std::filesystem::path file(const GraphBuilder& g) const {
    return dir_.write("model.onnx", g.serialise());
  }
  TempDir dir_;
};

TEST_F(WorkedOutActivations, AreThePeakAndThatOfTheBodiesThatNeedMost) {
  EXPECT_EQ(worked_out_activations(file(with_branches()), {.axes = {{"batch", 1}}}),
            3 * 4000u + 1 + kBody);
}

TEST_F(WorkedOutActivations, GrowWithTheAxesThatAreOpen) {
  EXPECT_EQ(worked_out_activations(file(with_branches()), {.inputs = {{"x", {4, 1000}}}}),
            4 * (3 * 4000u + kBody) + 1);
}

TEST_F(WorkedOutActivations, AreAbsentWhereTheGraphCannotBeFollowed) {
  EXPECT_FALSE(worked_out_activations(file(with_branches()), {})) << "an axis is open";
  EXPECT_FALSE(worked_out_activations(dir_.path() / "none.onnx", {}));
  EXPECT_FALSE(worked_out_activations(dir_.write("text.onnx", "not a model"), {}));
  auto unknown = with_branches();
  unknown.node("Nobody", "w", {"z"});
  EXPECT_FALSE(worked_out_activations(file(unknown), {.axes = {{"batch", 1}}}));
  auto contradiction = with_branches();
  contradiction.floats("weight", {7, 2}, std::vector<float>(14));
  contradiction.node("MatMul", "w", {"z", "weight"});
  EXPECT_FALSE(worked_out_activations(file(contradiction), {.axes = {{"batch", 1}}}));
}

}  // namespace
}  // namespace jetmeter
