#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "inspect/attribute_text.h"
#include "inspect/names_metadata.h"
#include "inspect/text_table.h"
#include "jetmeter/graph_builder.h"
#include "jetmeter/inspect.h"
#include "support/real_data.h"
#include "support/temp_dir.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

// x -> Conv -> Sigmoid, Mul -> Conv (of the same weights) -> y, and a Constant that is added.
ModelGraph small_model() {
  GraphBuilder builder("small", 17);
  builder.input("x", {kDynamic, 8, 4, 4}, ElementType::float32, {"batch", "", "", ""});
  builder.floats("w", {8, 8, 1, 1}, std::vector<float>(64, 0.5F));
  builder.weight(raw_tensor("h", ElementType::float16, {8}, std::vector<std::byte>(16)));
  builder.node("Conv", "c1", {"x", "w"}, {{"kernel_shape", std::vector<std::int64_t>{1, 1}}});
  builder.node("Sigmoid", "s", {"c1"});
  builder.node("Mul", "m", {"c1", "s"});
  builder.node("Constant", "k", {}, {{"value", float_tensor("", {1}, std::vector{2.0F})}});
  builder.node("Add", "a", {"m", "k"});
  builder.output("y", {kDynamic, 8, 4, 4});
  builder.node("Conv", "y", {"a", "w", "h"});
  builder.metadata("task", "detect");
  return builder.take();
}

TEST(InspectOnnx, CountsNodesWeightsAndParameters) {
  const auto facts = inspect_onnx(small_model());
  EXPECT_EQ(facts.nodes, 6u);
  EXPECT_THAT(facts.operators, ElementsAre(Pair("Add", 1), Pair("Constant", 1), Pair("Conv", 2),
                                           Pair("Mul", 1), Pair("Sigmoid", 1)));
  ASSERT_EQ(facts.types.size(), 2u);
  EXPECT_EQ(facts.types[0].type, "float32");
  EXPECT_EQ(facts.types[0].tensors, 2u);
  EXPECT_EQ(facts.types[0].bytes, 260u);
  EXPECT_EQ(facts.types[1].type, "float16");
  EXPECT_EQ(facts.weight_elements, 73u);
  EXPECT_EQ(facts.weight_bytes, 276u);
  EXPECT_EQ(facts.external_bytes, 0u);
  EXPECT_EQ(facts.largest[0].name, "w");
  EXPECT_EQ(facts.largest[0].reader, "Conv 'c1'");
}

TEST(InspectOnnx, GivesSharedWeightsToTheirFirstReader) {
  const auto facts = inspect_onnx(small_model());
  ASSERT_EQ(facts.layers.size(), 5u);  // the Constant is none
  EXPECT_EQ(facts.layers[0].parameters, 64u);
  EXPECT_EQ(facts.layers[4].parameters, 8u);
  EXPECT_EQ(facts.layers[3].parameters, 1u);
  EXPECT_THAT(facts.layers[2].inputs, ElementsAre("c1", "s"));
  EXPECT_THAT(facts.layers[4].inputs, ElementsAre("a"));
  EXPECT_EQ(facts.layers[0].attributes, "kernel_shape 1x1");
  EXPECT_FALSE(facts.layers[0].output_shapes[0]);
  EXPECT_EQ(facts.layers[4].output_shapes[0], (Shape{kDynamic, 8, 4, 4}));
}

TEST(InspectOnnx, NamesTypesThatHaveNoElementType) {
  EXPECT_EQ(onnx_type_name(1), "float32");
  EXPECT_EQ(onnx_type_name(22), "int4");
  EXPECT_EQ(onnx_type_name(17), "float8e4m3fn");
  EXPECT_EQ(onnx_type_name(99), "type 99");
}

TEST(InspectOnnx, LooksIntoBodies) {
  auto body = std::make_shared<Graph>();
  body->weights.push_back(float_tensor("inner", {4}, std::vector<float>(4)));
  body->nodes.push_back({"Relu", "", "r", {"x"}, {"ry"}, {}});
  auto model = small_model();
  model.graph.nodes.push_back({"If", "", "if", {"y"}, {"z"}, {{"then_branch", body}}});
  const auto facts = inspect_onnx(model);
  EXPECT_EQ(facts.nodes, 8u);
  EXPECT_EQ(facts.operators.at("Relu"), 1u);
  EXPECT_EQ(facts.weight_bytes, 292u);
  EXPECT_EQ(facts.layers.back().attributes, "then_branch body of 1 nodes");
}

TEST(Attributes, LeaveOutWhatSaysNothing) {
  using Ints = std::vector<std::int64_t>;
  const Node conv{"Conv",
                  "",
                  "c",
                  {},
                  {},
                  {{"dilations", Ints{1, 1}},
                   {"strides", Ints{2, 2}},
                   {"pads", Ints{0, 0, 0, 0}},
                   {"group", std::int64_t{1}},
                   {"alpha", 0.5F},
                   {"axes", Ints{-1, 2}},
                   {"mode", std::string("nearest")}}};
  EXPECT_EQ(attributes_in_short(conv), "strides 2x2, alpha 0.5, axes -1,2, mode 'nearest'");
  const Node many{"X", "", "c", {}, {}, {{"sizes", Ints(20, 7)}}};
  EXPECT_EQ(attributes_in_short(many), "sizes 7x7x7x7x7x7x7x7x… (20 in all)");
}

TEST(Metadata, OfManyNamesIsCutToThree) {
  EXPECT_EQ(short_metadata("detect", 40), "detect");
  EXPECT_EQ(short_metadata("{0: 'person', 1: 'a, b', 2: 'car', 3: 'bus', 4: 'train'}", 50),
            "{0: 'person', 1: 'a, b', 2: 'car', …} (5 entries)");
  EXPECT_EQ(characters(short_metadata(std::string(500, 'x'), 40)), 40u);
  EXPECT_EQ(short_metadata("", 40), "");
}

TEST(TextTables, AlignAndCutInTheMiddle) {
  TextTable table({{"n", true}, {"name", false, 7}, {"empty"}});
  table.row({"1", "short", ""});
  table.row({"100", "a_long_name", ""});
  EXPECT_EQ(table.render(80), "    n  name\n    1  short\n  100  a_l…ame\n");
  EXPECT_EQ(cut_middle("äöüß", 3), "ä…ß");
  EXPECT_EQ(grouped(1234567), "1,234,567");
  EXPECT_EQ(grouped(999), "999");
}

TEST(InspectFile, SaysTheSameInTextAndJson) {
  const TempDir folder;
  const auto path = folder.path() / "small.onnx";
  ASSERT_TRUE(write_onnx(small_model(), path));
  const auto inspection = inspect_file(path);
  ASSERT_TRUE(inspection) << inspection.error().what;
  const auto text = inspection_text(*inspection, {.layers = true});
  EXPECT_THAT(text, HasSubstr("x     float32  batchx8x4x4"));
  EXPECT_THAT(text, HasSubstr("73 elements in 3 tensors, 276 B"));
  EXPECT_THAT(text, HasSubstr("kernel_shape 1x1"));
  EXPECT_THAT(inspection_text(*inspection, {}), Not(HasSubstr("kernel_shape")));
  const auto json = nlohmann::json::parse(inspection_json(*inspection, true));
  EXPECT_EQ(json.at("format"), "onnx");
  EXPECT_EQ(json.at("opsets").at("ai.onnx"), 17);
  EXPECT_EQ(json.at("inputs")[0].at("shape"), nlohmann::json({"batch", 8, 4, 4}));
  EXPECT_EQ(json.at("weights").at("bytes"), 276);
  EXPECT_EQ(json.at("layers").size(), 5u);
  EXPECT_FALSE(nlohmann::json::parse(inspection_json(*inspection, false)).contains("layers"));
}

TEST(InspectFile, HidesControlCharactersAndSurvivesBadUtf8) {
  GraphBuilder builder("\x1b[31mred\xff");
  builder.input("x", {1});
  builder.output("y", {1});
  builder.node("Relu", "y", {"x"});
  Inspection inspection{
      "m.onnx", 1, Inspection::Onnx{builder.model(), inspect_onnx(builder.model())}, {}};
  EXPECT_THAT(inspection_text(inspection, {}), HasSubstr("\\x1b[31mred"));
  EXPECT_TRUE(nlohmann::json::accept(inspection_json(inspection, true)));
}

TEST(InspectFile, SaysWhatIsWrongWithAFile) {
  const TempDir folder;
  const auto error = [&](std::string_view name, std::string_view text) {
    return inspect_file(folder.write(name, text)).error().what;
  };
  EXPECT_THAT(error("a.onnx", ""), HasSubstr("a.onnx': empty (0 bytes)"));
  EXPECT_THAT(error("b.onnx", "these are words\n"), HasSubstr("text, and no model"));
  EXPECT_THAT(error("c.onnx", std::string("\x08\x07\x3a\xff\x01", 5)), HasSubstr("not an ONNX"));
  EXPECT_THAT(inspect_file(folder.path() / "none").error().what, HasSubstr("no such file"));
  EXPECT_THAT(inspect_file(folder.path()).error().what, HasSubstr("a directory"));
}

TEST(InspectFile, CountsRealModels) {
  const auto path = real_data("models/detectors/yolox_nano_416.onnx");
  JM_SKIP_WITHOUT(path);
  const auto inspection = inspect_file(path);
  ASSERT_TRUE(inspection) << inspection.error().what;
  const auto& facts = std::get<Inspection::Onnx>(inspection->what).facts;
  EXPECT_EQ(facts.nodes, 369u);
  EXPECT_EQ(facts.operators.at("Conv"), 113u);
  EXPECT_EQ(facts.types[0].elements, 904467u);
}

}  // namespace
}  // namespace jetmeter
