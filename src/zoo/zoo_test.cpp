#include "jetmeter/zoo.h"

#include <gmock/gmock.h>
#include <onnx/onnx_pb.h>

#include <map>
#include <set>

namespace jetmeter {
namespace {

using testing::HasSubstr;

class EveryZooModel : public testing::TestWithParam<const ZooModel*> {
 protected:
  void SetUp() override { ASSERT_TRUE(model_.ParseFromString(GetParam()->build())); }
  onnx::ModelProto model_;
};

TEST_P(EveryZooModel, IsTheSameEachTime) {
  EXPECT_EQ(GetParam()->build(), GetParam()->build());
}

TEST_P(EveryZooModel, IsOfAVersionThatEveryRuntimeReads) {
  EXPECT_EQ(model_.ir_version(), 7);
  ASSERT_EQ(model_.opset_import_size(), 1);
  EXPECT_EQ(model_.opset_import(0).domain(), "");
  EXPECT_EQ(model_.opset_import(0).version(), 13);
}

// Nodes in an order in which each finds what it reads, every name once.
TEST_P(EveryZooModel, IsAWellFormedGraph) {
  const auto& graph = model_.graph();
  std::set<std::string> known;
  for (const auto& value : graph.input()) EXPECT_TRUE(known.insert(value.name()).second);
  for (const auto& tensor : graph.initializer()) {
    EXPECT_TRUE(known.insert(tensor.name()).second) << tensor.name();
    std::int64_t elements = 1;
    for (const auto extent : tensor.dims()) elements *= extent;
    EXPECT_EQ(tensor.float_data_size() + tensor.int64_data_size(), elements) << tensor.name();
  }
  for (const auto& node : graph.node()) {
    for (const auto& name : node.input()) {
      EXPECT_TRUE(known.contains(name)) << node.name() << " reads " << name;
    }
    for (const auto& name : node.output()) EXPECT_TRUE(known.insert(name).second) << name;
  }
  for (const auto& value : graph.output()) EXPECT_TRUE(known.contains(value.name()));
}

INSTANTIATE_TEST_SUITE_P(Zoo, EveryZooModel,
                         testing::ValuesIn(zoo_models().begin(), zoo_models().end()),
                         [](const auto& instance) {
                           std::string name(instance.param->name);
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

TEST(Zoo, ModelsAreBuiltByName) {
  EXPECT_EQ(build_zoo_model("identity").value(), zoo_models().back()->build());
  const auto error = build_zoo_model("scene-rbg").error().what;
  EXPECT_THAT(error, HasSubstr("did you mean scene-rgb"));
  EXPECT_THAT(error, HasSubstr("scene-thermal"));
}

TEST(Zoo, DetectorsCarryTheMetadataOfTheirHead) {
  onnx::ModelProto model;
  ASSERT_TRUE(model.ParseFromString(build_zoo_model("scene-rgb").value()));
  std::map<std::string, std::string> metadata;
  for (const auto& entry : model.metadata_props()) metadata[entry.key()] = entry.value();
  EXPECT_EQ(metadata["names"], "{0: 'red-box', 1: 'green-disc', 2: 'blue-bar'}");
  EXPECT_EQ(metadata["task"], "detect");
  EXPECT_EQ(metadata["imgsz"], "[320, 320]");
  const auto& shape = model.graph().output(0).type().tensor_type().shape();
  EXPECT_EQ(shape.dim(1).dim_value(), 7);
  EXPECT_EQ(shape.dim(2).dim_value(), 6400);
}

}  // namespace
}  // namespace jetmeter
