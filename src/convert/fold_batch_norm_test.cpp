#include <gmock/gmock.h>

#include "convert/test_run.h"
#include "jetmeter/convert.h"
#include "jetmeter/graph_builder.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;

void norm(GraphBuilder& builder, const std::string& name, const std::string& input,
          std::int64_t channels, unsigned seed) {
  const auto count = static_cast<std::size_t>(channels);
  builder.floats(name + ".gamma", {channels}, random_floats(seed, count, 0.5F, 2));
  builder.floats(name + ".beta", {channels}, random_floats(seed + 1, count));
  builder.floats(name + ".mean", {channels}, random_floats(seed + 2, count));
  builder.floats(name + ".var", {channels}, random_floats(seed + 3, count, 0.1F, 3));
  builder.node("BatchNormalization", name,
               {input, name + ".gamma", name + ".beta", name + ".mean", name + ".var"});
}

struct FoldCase {
  const char* name;
  void (*build)(GraphBuilder&);
  std::size_t norms_left;
};

class FoldBatchNorm : public testing::TestWithParam<FoldCase> {};

TEST_P(FoldBatchNorm, KeepsTheMeaning) {
  JM_SKIP_WITHOUT_RUNTIME();
  GraphBuilder builder("m", 17);
  GetParam().build(builder);
  const auto before = builder.take();
  const auto after = fold_batch_norm(before);
  EXPECT_EQ(count_ops(after.model.graph, "BatchNormalization"), GetParam().norms_left);
  EXPECT_EQ(after.report.left.size(), GetParam().norms_left);
  const auto fill = random_fill(5);
  const auto difference = apart(run_graph(before, fill), run_graph(after.model, fill));
  EXPECT_LE(difference.max_error, 2e-5 * std::max(1.0, difference.max_reference));
}

INSTANTIATE_TEST_SUITE_P(
    Each, FoldBatchNorm,
    testing::Values(
        FoldCase{"conv",
                 [](GraphBuilder& b) {
                   b.input("x", {1, 4, 6, 6});
                   b.floats("w", {8, 2, 3, 3}, random_floats(1, 8 * 2 * 9));
                   b.floats("bias", {8}, random_floats(2, 8));
                   b.node("Conv", "c", {"x", "w", "bias"},
                          {{"group", std::int64_t{2}},
                           {"pads", std::vector<std::int64_t>{1, 1, 1, 1}}});
                   norm(b, "y", "c", 8, 10);
                   b.output("y", {1, 8, 6, 6});
                 },
                 0},
        FoldCase{"chain",
                 [](GraphBuilder& b) {
                   b.input("x", {1, 4, 6, 6});
                   std::string last = "x";
                   for (unsigned i = 0; i < 4; ++i) {
                     const auto n = std::to_string(i);
                     b.floats("w" + n, {4, 4, 1, 1}, random_floats(20 + i, 16));
                     b.node("Conv", "c" + n, {last, "w" + n});
                     norm(b, "n" + n, "c" + n, 4, 30 + 4 * i);
                     last = b.node("Relu", "r" + n, {"n" + n});
                   }
                   b.output("r3", {1, 4, 6, 6});
                 },
                 0},
        FoldCase{"transposed",
                 [](GraphBuilder& b) {
                   b.input("x", {1, 4, 3, 3});
                   b.floats("w", {4, 3, 2, 2}, random_floats(1, 48));
                   b.node(
                       "ConvTranspose", "c", {"x", "w"},
                       {{"group", std::int64_t{2}}, {"strides", std::vector<std::int64_t>{2, 2}}});
                   norm(b, "y", "c", 6, 10);
                   b.output("y", {1, 6, 6, 6});
                 },
                 0},
        FoldCase{"gemm",
                 [](GraphBuilder& b) {
                   b.input("x", {3, 4});
                   b.floats("w", {4, 5}, random_floats(1, 20));
                   b.floats("bias", {1, 5}, random_floats(2, 5));
                   b.node("Gemm", "c", {"x", "w", "bias"}, {{"alpha", 0.5F}, {"beta", 3.0F}});
                   norm(b, "y", "c", 5, 10);
                   b.output("y", {3, 5});
                 },
                 0},
        FoldCase{"transposed_gemm",
                 [](GraphBuilder& b) {
                   b.input("x", {3, 4});
                   b.floats("w", {5, 4}, random_floats(1, 20));
                   b.floats("bias", {}, {0.25F});
                   b.node("Gemm", "c", {"x", "w", "bias"}, {{"transB", std::int64_t{1}}});
                   norm(b, "y", "c", 5, 10);
                   b.output("y", {3, 5});
                 },
                 0},
        FoldCase{"before_conv",
                 [](GraphBuilder& b) {
                   b.input("x", {1, 4, 6, 6});
                   norm(b, "n", "x", 4, 10);
                   b.floats("w", {6, 2, 3, 3}, random_floats(1, 6 * 2 * 9));
                   b.node("Conv", "y", {"n", "w"}, {{"group", std::int64_t{2}}});
                   b.output("y", {1, 6, 4, 4});
                 },
                 0},
        FoldCase{
            "before_padded_conv",
            [](GraphBuilder& b) {
              b.input("x", {1, 4, 6, 6});
              norm(b, "n", "x", 4, 10);
              b.floats("w", {6, 4, 3, 3}, random_floats(1, 6 * 4 * 9));
              b.node("Conv", "y", {"n", "w"}, {{"pads", std::vector<std::int64_t>{1, 1, 1, 1}}});
              b.output("y", {1, 6, 6, 6});
            },
            1},
        FoldCase{"second_reader",
                 [](GraphBuilder& b) {
                   b.input("x", {1, 4, 6, 6});
                   b.floats("w", {4, 4, 1, 1}, random_floats(1, 16));
                   b.node("Conv", "c", {"x", "w"});
                   norm(b, "n", "c", 4, 10);
                   b.node("Add", "y", {"n", "c"});
                   b.output("y", {1, 4, 6, 6});
                 },
                 1},
        FoldCase{"shared_weight",
                 [](GraphBuilder& b) {
                   b.input("x", {1, 4, 6, 6});
                   b.floats("w", {4, 4, 1, 1}, random_floats(1, 16));
                   b.node("Conv", "c", {"x", "w"});
                   norm(b, "n", "c", 4, 10);
                   b.node("Conv", "y", {"n", "w"});
                   b.output("y", {1, 4, 6, 6});
                 },
                 0}),
    [](const auto& each) { return each.param.name; });

TEST(FoldBatchNormReport, SaysWhatWasDoneAndWhatWasNot) {
  GraphBuilder builder("m", 17);
  builder.input("x", {1, 4, 6, 6});
  norm(builder, "n", "x", 4, 10);
  builder.node("Relu", "y", {"n"});
  builder.output("y", {1, 4, 6, 6});
  const auto left = fold_batch_norm(builder.take());
  ASSERT_EQ(left.report.left.size(), 1u);
  EXPECT_EQ(left.report.left[0].node, "BatchNormalization 'n'");
  EXPECT_EQ(left.report.left[0].why, "no Conv, ConvTranspose or Gemm is next to it");
  EXPECT_TRUE(left.report.done.empty());
}

TEST(FoldBatchNormReport, LeavesNoWeightBehind) {
  GraphBuilder builder("m", 17);
  builder.input("x", {1, 4, 6, 6});
  builder.floats("w", {4, 4, 1, 1}, random_floats(1, 16));
  builder.node("Conv", "c", {"x", "w"});
  norm(builder, "y", "c", 4, 10);
  builder.output("y", {1, 4, 6, 6});
  const auto folded = fold_batch_norm(builder.take());
  EXPECT_THAT(folded.report.done, ElementsAre("1 BatchNormalization into Conv"));
  EXPECT_EQ(folded.report.nodes_before, 2u);
  EXPECT_EQ(folded.report.nodes_after, 1u);
  EXPECT_EQ(folded.report.weight_bytes_before, 128u);
  EXPECT_EQ(folded.report.weight_bytes_after, 80u);
}

}  // namespace
}  // namespace jetmeter
