#include "model/onnx_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/onnx_builder.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;

std::vector<int> order_of(const OnnxBuilder& builder) {
  onnx::ModelProto model;
  model.ParseFromString(builder.bytes());
  return execution_order(model.graph());
}

TEST(ExecutionOrder, RunsTheBranchThatComesLastInTheFileFirst) {
  const auto order = order_of(OnnxBuilder()
                                  .node("Relu", {"x"}, {"a"})
                                  .node("Exp", {"a"}, {"b"})
                                  .node("Neg", {"a"}, {"c"})
                                  .node("Add", {"b", "c"}, {"y"}));
  EXPECT_THAT(order, ElementsAre(0, 2, 1, 3));
}

TEST(ExecutionOrder, TurnsRoundAmongFusedNodes) {
  const auto order = order_of(OnnxBuilder()
                                  .node("Conv", {"x", "v"}, {"a"})
                                  .node("Relu", {"a"}, {"b"})
                                  .node("Conv", {"x", "w"}, {"c"})
                                  .node("Relu", {"c"}, {"d"})
                                  .node("Add", {"b", "d"}, {"y"}));
  EXPECT_THAT(order, ElementsAre(0, 1, 2, 3, 4));
}

TEST(ExecutionOrder, LeavesACycleOut) {
  const auto order = order_of(
      OnnxBuilder().node("Relu", {"x"}, {"y"}).node("Exp", {"q"}, {"p"}).node("Neg", {"p"}, {"q"}));
  EXPECT_THAT(order, ElementsAre(0));
  EXPECT_TRUE(order_of(OnnxBuilder()).empty());
}

}  // namespace
}  // namespace jetmeter
