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
  static ModelGraph make(const ZooOptions& options = {}) {
    return make_zoo_model(GetParam()->name, options).value();
  }
};

std::vector<std::byte> bytes_of(const Tensor& tensor) {
  if (!tensor.generate) return {tensor.data.bytes.begin(), tensor.data.bytes.end()};
  std::vector<std::byte> bytes(tensor.byte_size());
  tensor.generate(bytes);
  return bytes;
}

// All of the graph; of the weights, those that take no time to make.
ModelGraph cut_down(ModelGraph model) {
  for (auto& weight : model.graph.weights) {
    if (!weight.generate) continue;
    if (weight.byte_size() > 16384) {
      weight.shape = {1};
      weight.type = ElementType::uint8;
      weight.onnx_type = to_onnx(weight.type);
      weight.generate = nullptr;
      weight.data = make_blob(std::vector<std::byte>(1));
    }
  }
  return model;
}

TEST_P(EveryZooModel, IsTheSameEachTime) {
  EXPECT_EQ(to_onnx_bytes(cut_down(make())).value(), to_onnx_bytes(cut_down(make())).value());
}

TEST_P(EveryZooModel, IsOfTheOpsetThatIsAskedFor) {
  for (const auto& number : GetParam()->numbers) {
    if (number.name != "opset") continue;
    for (const auto opset : {number.least, number.otherwise, number.most})
      EXPECT_EQ(make({.numbers = {{"opset", opset}}}).opsets.at(""), opset);
  }
}

// Nodes in an order in which each finds what it reads, every name once.
TEST_P(EveryZooModel, IsAWellFormedGraph) {
  const auto model = make();
  const auto& graph = model.graph;
  std::set<std::string> known{""};
  for (const auto& value : graph.inputs) EXPECT_TRUE(known.insert(value.name).second);
  for (const auto& tensor : graph.weights) {
    EXPECT_TRUE(known.insert(tensor.name).second) << tensor.name;
    EXPECT_EQ(tensor.byte_size(), tensor.elements() * element_bytes(tensor.type)) << tensor.name;
  }
  for (const auto& node : graph.nodes) {
    for (const auto& name : node.inputs)
      EXPECT_TRUE(known.contains(name)) << node.name << " reads " << name;
    for (const auto& name : node.outputs) EXPECT_TRUE(known.insert(name).second) << name;
  }
  for (const auto& value : graph.outputs) EXPECT_TRUE(known.contains(value.name)) << value.name;
}

TEST_P(EveryZooModel, EveryWeightIsRead) {
  const auto model = make();
  const GraphIndex index(model.graph);
  for (const auto& weight : model.graph.weights)
    EXPECT_FALSE(index.consumers(weight.name).empty()) << weight.name;
}

TEST_P(EveryZooModel, HasAsManyParametersInEveryType) {
  if (!GetParam()->seeded) GTEST_SKIP() << "is of one type";
  const auto parameters = zoo_parameters(make());
  for (const auto type : {ElementType::float32, ElementType::float16, ElementType::bfloat16}) {
    const auto model = make({.type = type});
    EXPECT_EQ(zoo_parameters(model), parameters);
    for (const auto& weight : model.graph.weights)
      EXPECT_TRUE(weight.type == type || weight.type == ElementType::int64) << weight.name;
  }
}

TEST_P(EveryZooModel, AnotherSeedGivesOtherWeights) {
  if (!GetParam()->seeded) GTEST_SKIP() << "has no seed";
  const auto one = make({.seed = 1}), two = make({.seed = 2});
  ASSERT_EQ(one.graph.weights.size(), two.graph.weights.size());
  const auto generated = std::find_if(one.graph.weights.begin(), one.graph.weights.end(),
                                      [](const Tensor& each) { return each.generate != nullptr; });
  ASSERT_NE(generated, one.graph.weights.end());
  const auto at = static_cast<std::size_t>(generated - one.graph.weights.begin());
  EXPECT_NE(bytes_of(one.graph.weights[at]), bytes_of(two.graph.weights[at]));
}

INSTANTIATE_TEST_SUITE_P(Zoo, EveryZooModel,
                         testing::ValuesIn(zoo_models().begin(), zoo_models().end()),
                         [](const auto& instance) {
                           std::string name(instance.param->name);
                           for (char& c : name)
                             if (c == '-' || c == '.') c = '_';
                           return name;
                         });

TEST(Zoo, ModelsAreBuiltByName) {
  EXPECT_EQ(make_zoo_model("identity").value().graph.name, "identity");
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

std::string refused(std::string_view model, const ZooOptions& options) {
  const auto made = make_zoo_model(model, options);
  return made ? "nothing was refused" : made.error().what;
}

TEST(Zoo, RefusesWhatAModelCannotBe) {
  EXPECT_THAT(refused("yolo11n", {.numbers = {{"imgsz", 100}}}),
              HasSubstr("imgsz of yolo11n must be a multiple of 32, as 128 is, and not 100"));
  EXPECT_THAT(refused("yolo11n", {.numbers = {{"imgsz", 0}}}),
              HasSubstr("between 32 and 2048, and not 0"));
  EXPECT_THAT(refused("yolo11n", {.numbers = {{"opset", kDynamic}}}), HasSubstr("and not -1"));
  EXPECT_THAT(refused("yolo11n", {.numbers = {{"tokens", 3}}}),
              HasSubstr("has no option 'tokens'; it has imgsz, batch, opset, classes"));
  EXPECT_THAT(refused("yolo11n", {.type = ElementType::int8}), HasSubstr("and not as int8"));
  EXPECT_THAT(refused("identity", {.numbers = {{"imgsz", 8}}}), HasSubstr("nothing to choose"));
  EXPECT_THAT(refused("identity", {.type = ElementType::float16}),
              HasSubstr("can only be made as float32"));
  EXPECT_THAT(refused("identity", {.seed = 4}), HasSubstr("no seed to choose"));
}

}  // namespace
}  // namespace jetmeter
