// The shape rules, each checked against a shape worked out by hand and, where it runs the operator,
// against ONNX Runtime.
#include <gmock/gmock.h>

#include "cost/test_ort_shapes.h"
#include "cost/test_shape_cases.h"

namespace jetmeter {
namespace {

ModelGraph graph_of(const ShapeCase& each) {
  GraphBuilder g(each.name, each.opset);
  each.build(g);
  auto model = g.take();
  model.graph.outputs.push_back({"y"});
  if (each.opset > 13) model.ir_version = 8;
  for (const auto& node : model.graph.nodes)
    if (!node.domain.empty()) model.opsets[node.domain] = 1;
  return model;
}

class ShapeOf : public testing::TestWithParam<ShapeCase> {};

TEST_P(ShapeOf, IsAsByHandAndAsRun) {
  const auto model = graph_of(GetParam());
  const auto table = propagate_shapes(model);
  ASSERT_TRUE(table) << table.error().what;
  for (const auto& each : table->unknown) ADD_FAILURE() << each.node << ": " << each.why;
  ASSERT_NE(table->find("y"), nullptr);
  ASSERT_TRUE(table->find("y")->shape);
  EXPECT_EQ(format_shape(*table->find("y")->shape), format_shape(GetParam().expected));
  if (GetParam().runs && runtime_is_there()) expect_shapes_as_run(model);
}

// GoogleTest asks for them in main(), when every table is made.
std::vector<ShapeCase> all_cases() {
  std::vector<ShapeCase> all;
  for (const auto* some : {&kArithmeticShapes, &kLayoutShapes, &kSelectionShapes})
    all.insert(all.end(), some->begin(), some->end());
  return all;
}

INSTANTIATE_TEST_SUITE_P(Cost, ShapeOf, testing::ValuesIn(all_cases()),
                         [](const auto& each) { return std::string(each.param.name); });

}  // namespace
}  // namespace jetmeter
