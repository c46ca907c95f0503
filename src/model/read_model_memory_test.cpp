#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "jetmeter/model.h"
#include "support/onnx_builder.h"
#include "support/real_data.h"
#include "support/temp_dir.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::UnorderedElementsAre;

Result<ModelMemory> read(const std::string& bytes, const ShapeHints& hints = {}) {
  const TempDir dir;
  return read_model_memory(dir.write("m.onnx", bytes), hints);
}

std::string error_of(const Result<ModelMemory>& result) {
  return result ? "" : result.error().what;
}

// x -> Relu -> a -> Exp -> b -> Neg -> y, 400 bytes each.
OnnxBuilder chain(const std::vector<std::int64_t>& shape) {
  return OnnxBuilder()
      .input("x", OnnxBuilder::kFloat, shape)
      .node("Relu", {"x"}, {"a"})
      .node("Exp", {"a"}, {"b"})
      .node("Neg", {"b"}, {"y"})
      .output("y", OnnxBuilder::kFloat, shape);
}

TEST(ModelMemory, OfAChainIsInputsOutputsAndTwoTensors) {
  const auto memory = read(chain({1, 100}).bytes());
  ASSERT_TRUE(memory) << error_of(memory);
  EXPECT_EQ(memory->input_output_bytes, 800U);
  EXPECT_EQ(memory->peak_activation_bytes, 1600U);  // x, y, and a and b while Exp runs
  EXPECT_EQ(memory->sum_activation_bytes, 1600U);
  EXPECT_EQ(memory->largest_tensor_bytes, 400U);
  EXPECT_EQ(memory->activations, 4U);
  EXPECT_EQ(memory->unknown_shapes, 0U);
  EXPECT_EQ(memory->unknown_why, "");
  EXPECT_EQ(memory->nodes, 3U);
  EXPECT_THAT(memory->opsets, ElementsAre(Pair("", 13)));
  EXPECT_EQ(memory->weight_bytes, 0U);
  EXPECT_THAT(memory->weights, IsEmpty());
}

TEST(ModelMemory, OfAChainIsPlannedInPlace) {
  const auto memory = read(chain({1, 100}).bytes());
  ASSERT_TRUE(memory) << error_of(memory);
  ASSERT_EQ(memory->planned.size(), 1U);  // b is written over a; y is the caller's
  EXPECT_EQ(memory->planned[0].bytes, 400U);
  EXPECT_EQ(memory->planned[0].born, 0U);
  EXPECT_EQ(memory->planned[0].dies, 2U);
}

// a lives until Concat while b and c come and go.
TEST(ModelMemory, HoldsABranchUntilTheBranchesMeet) {
  auto model = OnnxBuilder()
                   .input("x", OnnxBuilder::kFloat, {1, 10})
                   .node("Relu", {"x"}, {"a"})
                   .node("Exp", {"a"}, {"b"})
                   .node("Softmax", {"b"}, {"c"})
                   .node("Sum", {"a", "c"}, {"d"})
                   .node("Softmax", {"d"}, {"y"})
                   .output("y", OnnxBuilder::kFloat, {1, 10});
  const auto memory = read(model.bytes());
  ASSERT_TRUE(memory) << error_of(memory);
  EXPECT_EQ(memory->input_output_bytes, 80U);
  EXPECT_EQ(memory->peak_activation_bytes, 80U + 3 * 40U);  // a, b, c; then a, c, d
  EXPECT_EQ(memory->sum_activation_bytes, 80U + 4 * 40U);
}

TEST(ModelMemory, CountsWeightsByType) {
  auto model = OnnxBuilder()
                   .input("x", OnnxBuilder::kFloat, {1, 4})
                   .initialiser("w", {4, 3}, std::vector<float>(12, 1))
                   .initialiser("bias", {3}, {1, 2, 3})
                   .node("Gemm", {"x", "w", "bias"}, {"y"})
                   .output("y", OnnxBuilder::kFloat, {1, 3});
  const auto memory = read(model.bytes());
  ASSERT_TRUE(memory) << error_of(memory);
  ASSERT_EQ(memory->weights.size(), 1U);
  EXPECT_EQ(memory->weights[0].type, ElementType::float32);
  EXPECT_EQ(memory->weights[0].tensors, 2U);
  EXPECT_EQ(memory->weights[0].elements, 15U);
  EXPECT_EQ(memory->weights[0].bytes, 60U);
  EXPECT_EQ(memory->weight_bytes, 60U);
  EXPECT_EQ(memory->largest_weight_bytes, 48U);
  EXPECT_EQ(memory->external_bytes, 0U);
  EXPECT_EQ(memory->body_weight_bytes, 0U);
  EXPECT_FALSE(memory->weights_may_be_overridden);
  EXPECT_THAT(memory->weight_bytes_by_reader, UnorderedElementsAre(Pair("Gemm", 60U)));
}

onnx::TensorProto& add_weight(onnx::ModelProto& model, const std::string& name, int type,
                              const std::vector<std::int64_t>& shape) {
  auto& tensor = *model.mutable_graph()->add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(type);
  for (const auto extent : shape) tensor.add_dims(extent);
  return tensor;
}

onnx::ModelProto parsed(const OnnxBuilder& builder) {
  onnx::ModelProto model;
  model.ParseFromString(builder.bytes());
  return model;
}

TEST(ModelMemory, CountsHalvesAsTwoBytes) {
  auto model = parsed(OnnxBuilder()
                          .input("x", OnnxBuilder::kHalf, {1, 8})
                          .node("Relu", {"x"}, {"a"})
                          .node("Add", {"a", "w"}, {"y"})
                          .output("y", OnnxBuilder::kHalf, {1, 8}));
  // Values in the typed field: four bytes each there, two in truth.
  auto& weight = add_weight(model, "w", onnx::TensorProto::FLOAT16, {8});
  for (int i = 0; i < 8; ++i) weight.add_int32_data(i);
  const auto memory = read(model.SerializeAsString());
  ASSERT_TRUE(memory) << error_of(memory);
  EXPECT_EQ(memory->weight_bytes, 16U);
  EXPECT_EQ(memory->half_weight_bytes, 16U);
  EXPECT_EQ(memory->peak_activation_bytes, 48U);
  EXPECT_EQ(memory->weights[0].type, ElementType::float16);
}

OnnxBuilder dynamic_chain() {
  return chain({-1, 100});
}

TEST(ModelMemory, SaysWhichAxisIsOpen) {
  const auto memory = read(dynamic_chain().bytes());
  ASSERT_TRUE(memory) << error_of(memory);
  EXPECT_EQ(memory->unknown_shapes, 4U);
  EXPECT_EQ(memory->activations, 4U);
  EXPECT_EQ(memory->peak_activation_bytes, 0U);
  EXPECT_EQ(memory->unknown_why, "axis 'axis0' of input 'x' is open");
  EXPECT_THAT(memory->inputs[0].shape, ElementsAre(kDynamic, 100));
  EXPECT_THAT(memory->unknown_names, ElementsAre("x", "y", "a", "b"));
}

TEST(ModelMemory, TakesTheSizeOfAnOpenAxisFromHints) {
  const auto by_axis = read(dynamic_chain().bytes(), {{}, {{"axis0", 3}}});
  ASSERT_TRUE(by_axis) << error_of(by_axis);
  EXPECT_EQ(by_axis->peak_activation_bytes, 4800U);
  EXPECT_EQ(by_axis->unknown_shapes, 0U);
  const auto by_input = read(dynamic_chain().bytes(), {{{"x", {3, 100}}}, {}});
  ASSERT_TRUE(by_input) << error_of(by_input);
  EXPECT_EQ(by_input->peak_activation_bytes, 4800U);
  EXPECT_THAT(by_input->outputs[0].shape, ElementsAre(3, 100));
}

TEST(ModelMemory, RefusesHintsThatContradictTheFile) {
  EXPECT_THAT(error_of(read(dynamic_chain().bytes(), {{{"x", {3, 50}}}, {}})),
              EndsWith("axis 1 of input 'x' is fixed at 100; 50 was asked for"));
  EXPECT_THAT(error_of(read(dynamic_chain().bytes(), {{{"x", {3}}}, {}})),
              EndsWith("input 'x' has 2 axes; the shape 3 has 1"));
  EXPECT_THAT(error_of(read(dynamic_chain().bytes(), {{{"x", {3, 100}}}, {{"axis0", 4}}})),
              EndsWith("axis 'axis0' of input 'x' would be 4 and 3"));
}

TEST(ModelMemory, PassesOverHintsForWhatIsNotThere) {
  const auto memory = read(chain({1, 100}).bytes(), {{{"other", {1}}}, {{"batch", 7}}});
  ASSERT_TRUE(memory) << error_of(memory);
  EXPECT_EQ(memory->peak_activation_bytes, 1600U);
}

void entry(onnx::TensorProto& tensor, const std::string& key, const std::string& value) {
  auto& pair = *tensor.add_external_data();
  pair.set_key(key);
  pair.set_value(value);
}

std::string with_external(const std::string& offset, const std::string& length) {
  auto model = parsed(chain({1, 100}));
  auto& tensor = add_weight(model, "w", onnx::TensorProto::FLOAT, {100});
  tensor.set_data_location(onnx::TensorProto::EXTERNAL);
  entry(tensor, "location", "weights.bin");
  if (!offset.empty()) entry(tensor, "offset", offset);
  if (!length.empty()) entry(tensor, "length", length);
  return model.SerializeAsString();
}

TEST(ModelMemory, CountsExternalDataByItsSizes) {
  const TempDir dir;
  dir.write("weights.bin", std::string(500, 'w'));
  const auto stated = read_model_memory(dir.write("a.onnx", with_external("100", "400")), {});
  ASSERT_TRUE(stated) << error_of(stated);
  EXPECT_EQ(stated->external_bytes, 400U);
  EXPECT_EQ(stated->weight_bytes, 400U);
  const auto by_shape = read_model_memory(dir.write("b.onnx", with_external("", "")), {});
  ASSERT_TRUE(by_shape) << error_of(by_shape);
  EXPECT_EQ(by_shape->external_bytes, 400U);
}

TEST(ModelMemory, NamesTheExternalFileThatIsMissingOrShort) {
  const TempDir dir;
  const auto model = dir.write("m.onnx", with_external("100", "400"));
  EXPECT_THAT(error_of(read_model_memory(model, {})),
              AllOf(HasSubstr("weights.bin', which is not there"), HasSubstr("m.onnx': ")));
  dir.write("weights.bin", std::string(499, 'w'));
  EXPECT_THAT(error_of(read_model_memory(model, {})), HasSubstr("which is cut short"));
}

// Four floats of Constant named `output`.
void add_constant(onnx::GraphProto& graph, const std::string& output) {
  auto& node = *graph.add_node();
  node.set_op_type("Constant");
  node.add_output(output);
  auto& value = *node.add_attribute();
  value.set_name("value");
  value.set_type(onnx::AttributeProto::TENSOR);
  value.mutable_t()->set_data_type(onnx::TensorProto::FLOAT);
  value.mutable_t()->add_dims(4);
  for (int i = 0; i < 4; ++i) value.mutable_t()->add_float_data(1);
}

TEST(ModelMemory, CountsConstantNodesAsWeights) {
  onnx::ModelProto model = parsed(OnnxBuilder().input("x", OnnxBuilder::kFloat, {1, 4}));
  add_constant(*model.mutable_graph(), "c");
  model.MergeFrom(parsed(
      OnnxBuilder().node("Add", {"x", "c"}, {"y"}).output("y", OnnxBuilder::kFloat, {1, 4})));
  const auto memory = read(model.SerializeAsString());
  ASSERT_TRUE(memory) << error_of(memory);
  EXPECT_EQ(memory->weight_bytes, 16U);
  EXPECT_EQ(memory->body_weight_bytes, 0U);
  EXPECT_EQ(memory->peak_activation_bytes, 32U);
  EXPECT_THAT(memory->weight_bytes_by_reader, ElementsAre(Pair("Add", 16U)));
}

void add_branch(onnx::NodeProto& node, const std::string& name, const std::string& op) {
  auto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(onnx::AttributeProto::GRAPH);
  auto& body = *attribute.mutable_g();
  body.set_name(name);
  add_constant(body, name + "_c");
  auto& add = *body.add_node();
  add.set_op_type(op);
  add.add_input("x");
  add.add_input(name + "_c");
  add.add_output(name + "_y");
  body.add_output()->set_name(name + "_y");
}

TEST(ModelMemory, CountsTheBranchesOfAnIfOneAfterTheOther) {
  auto model = parsed(OnnxBuilder()
                          .input("x", OnnxBuilder::kFloat, {4})
                          .input("condition", onnx::TensorProto::BOOL, {})
                          .node("If", {"condition"}, {"i"})
                          .node("Softmax", {"i"}, {"y"})
                          .output("y", OnnxBuilder::kFloat, {4}));
  auto& branching = *model.mutable_graph()->mutable_node(0);
  add_branch(branching, "then_branch", "Add");
  add_branch(branching, "else_branch", "Mul");
  for (auto& attribute : *branching.mutable_attribute()) {
    auto& type = *attribute.mutable_g()->mutable_output(0)->mutable_type()->mutable_tensor_type();
    type.set_elem_type(onnx::TensorProto::FLOAT);
    type.mutable_shape()->add_dim()->set_dim_value(4);
  }
  const auto memory = read(model.SerializeAsString());
  ASSERT_TRUE(memory) << error_of(memory);
  EXPECT_EQ(memory->nodes, 6U);
  EXPECT_EQ(memory->weight_bytes, 32U);
  EXPECT_EQ(memory->body_weight_bytes, 32U);
  EXPECT_EQ(memory->unknown_shapes, 0U);
  EXPECT_EQ(memory->input_output_bytes, 33U);  // x, y and one byte of condition
  EXPECT_EQ(memory->sum_activation_bytes, 33U + 3 * 16U);
  EXPECT_EQ(memory->peak_activation_bytes, 33U + 16U);  // never two branches
}

// Shape behind an operator of another domain crashes the shape inference of ONNX 1.12.
TEST(ModelMemory, SurvivesAModelThatCrashesShapeInference) {
  auto model = parsed(OnnxBuilder()
                          .input("x", OnnxBuilder::kFloat, {1, 4})
                          .node("Relu", {"x"}, {"r"})
                          .node("Mystery", {"r"}, {"m"})
                          .node("Shape", {"m"}, {"s"})
                          .node("Reshape", {"x", "s"}, {"y"})
                          .output("y", OnnxBuilder::kFloat, {1, 4}));
  model.mutable_graph()->mutable_node(1)->set_domain("com.example");
  auto& set = *model.add_opset_import();
  set.set_domain("com.example");
  set.set_version(1);
  const auto memory = read(model.SerializeAsString());
  ASSERT_TRUE(memory) << error_of(memory);
  EXPECT_EQ(memory->activations, 5U);
  EXPECT_THAT(memory->unknown_names, testing::Contains("m"));
  EXPECT_EQ(memory->sum_activation_bytes, 48U);  // x, y and r are known
}

TEST(ModelMemory, RefusesWhatIsNoModelInOneSentence) {
  const TempDir dir;
  const auto error = [](const std::filesystem::path& path) {
    return error_of(read_model_memory(path, {}));
  };
  EXPECT_THAT(error(dir.path() / "none.onnx"), EndsWith("none.onnx': no such file"));
  EXPECT_THAT(error(dir.path()), EndsWith("is a directory; a model is one file"));
  EXPECT_THAT(error(dir.write("e.onnx", "")), EndsWith("e.onnx' is empty (0 bytes)"));
  EXPECT_THAT(error(dir.write("t.onnx", "Dear reader,\nthis is a letter.")),
              EndsWith("t.onnx' is not an ONNX file, or it is cut short"));
  EXPECT_THAT(error(dir.write("z.onnx", std::string(5000, '\0'))), HasSubstr("not an ONNX file"));
  EXPECT_THAT(error(dir.write("f.onnx", std::string(5000, '\xff'))), HasSubstr("not an ONNX file"));
  ASSERT_EQ(::mkfifo((dir.path() / "p.onnx").c_str(), 0600), 0);
  EXPECT_THAT(error(dir.path() / "p.onnx"), EndsWith("is not a regular file"));
}

TEST(ModelMemory, SurvivesEveryCutOfAModel) {
  const auto whole = chain({1, 100}).bytes();
  for (std::size_t length = 1; length < whole.size(); ++length) {
    const auto memory = read(whole.substr(0, length));
    if (!memory) {
      EXPECT_THAT(error_of(memory), EndsWith("is not an ONNX file, or it is cut short"));
    }
  }
}

TEST(ModelMemory, TakesExtentsThatOverflowForUnknown) {
  const std::int64_t huge = std::int64_t{1} << 62;
  const auto memory = read(chain({huge, huge}).bytes());
  ASSERT_TRUE(memory) << error_of(memory);
  EXPECT_EQ(memory->unknown_shapes, 4U);
}

TEST(ModelMemory, KnowsARealDetector) {
  const auto file = real_data("models/detectors/nanodet_m_416.onnx");
  JM_SKIP_WITHOUT(file);
  const auto memory = read_model_memory(file, {});
  ASSERT_TRUE(memory) << error_of(memory);
  EXPECT_EQ(memory->weight_bytes, 3767632U);
  EXPECT_EQ(memory->nodes, 225U);
  EXPECT_EQ(memory->unknown_shapes, 0U);
  EXPECT_TRUE(memory->weights_may_be_overridden);
}

}  // namespace
}  // namespace jetmeter
