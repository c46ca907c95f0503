// jetmeter model convert: a new file beside the old one, and a table of what was done.
#include <gmock/gmock.h>

#include "jetmeter/graph.h"
#include "jetmeter/graph_builder.h"
#include "support/program.h"

namespace jetmeter {
namespace {

using testing::HasSubstr;
using testing::Not;

// Conv, batch norm and Relu over a picture, with an open batch.
ModelGraph picture_model() {
  GraphBuilder builder("m", 17);
  builder.input("images", {kDynamic, 3, 8, 8}, ElementType::float32, {"batch", "", "", ""});
  builder.floats("w", {4, 3, 1, 1}, std::vector<float>(12, 0.25F));
  builder.node("Conv", "c", {"images", "w"});
  for (const auto* each : {"gamma", "beta", "mean", "var"}) builder.floats(each, {4}, {1, 2, 3, 4});
  builder.node("BatchNormalization", "n", {"c", "gamma", "beta", "mean", "var"});
  builder.node("Relu", "y", {"n"});
  builder.output("y", {kDynamic, 4, 8, 8}, ElementType::float32, {"batch", "", "", ""});
  return builder.take();
}

std::string put_model(const Workplace& place) {
  const auto path = place / "m.onnx";
  EXPECT_TRUE(write_onnx(picture_model(), path));
  return path;
}

TEST(ModelConvert, WritesTheModelAndSaysWhatWasDone) {
  const Workplace place;
  const auto model = put_model(place);
  const auto result =
      run_program({"model", "convert", model, "-o", place / "out.onnx", "--fold", "--fix",
                   "batch=2", "--precision", "fp16", "--report", place / "report.json"},
                  place);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("1 BatchNormalization into Conv"));
  EXPECT_THAT(result.out, HasSubstr("2 nodes compute in float16; 2 Casts between the two"));
  EXPECT_THAT(result.out, HasSubstr("activations were not looked at"));
  const auto read = read_onnx(place / "out.onnx");
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(read->graph.inputs[0].shape, (Shape{2, 3, 8, 8}));
  EXPECT_EQ(read->graph.outputs[0].shape, (Shape{2, 4, 8, 8}));
  EXPECT_EQ(read->graph.inputs[0].type, ElementType::float32);
  EXPECT_EQ(read->graph.nodes.size(), 4u);
  const auto report = nlohmann::json::parse(slurp(place / "report.json"));
  EXPECT_EQ(report.at("precision").at("casts"), 2);
  EXPECT_EQ(report.at("passes").back().at("nodes_after"), 4);
}

TEST(ModelConvert, PrintsJson) {
  const Workplace place;
  const auto model = put_model(place);
  const auto result = run_program(
      {"model", "convert", model, "-o", place / "out.onnx", "--fix", "batch=1", "--format", "json"},
      place);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto document = nlohmann::json::parse(result.out);
  EXPECT_TRUE(document.at("precision").is_null());
  EXPECT_EQ(document.at("passes").at(0).at("pass"), "fix axes");
}

TEST(ModelConvert, TakesPixels) {
  const Workplace place;
  const auto model = put_model(place);
  const auto result =
      run_program({"model", "convert", model, "-o", place / "out.onnx", "--embed-preprocess",
                   "--mean", "0.5,0.5,0.5", "--channels", "bgr"},
                  place);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto read = read_onnx(place / "out.onnx");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->graph.inputs[0].type, ElementType::uint8);
  EXPECT_EQ(read->graph.nodes[2].op, "Gather");
}

struct Refusal {
  const char* name;
  std::vector<std::string> options;
  const char* sentence;
};

class ModelConvertRefuses : public testing::TestWithParam<Refusal> {};

TEST_P(ModelConvertRefuses, InOneSentence) {
  const Workplace place;
  const auto model = put_model(place);
  const auto before = slurp(model);
  std::vector<std::string> words{"model", "convert", model};
  for (auto word : GetParam().options) {
    if (const auto at = word.find("PLACE"); at != std::string::npos)
      word.replace(at, 5, place.path().string());
    words.push_back(word);
  }
  const auto result = run_program(words, place);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr(GetParam().sentence));
  EXPECT_EQ(count_lines(result.err), 1U) << result.err;
  EXPECT_EQ(slurp(model), before);
  EXPECT_FALSE(std::filesystem::exists(place / "out.onnx"));
}

INSTANTIATE_TEST_SUITE_P(
    Each, ModelConvertRefuses,
    testing::Values(
        Refusal{"itself", {"-o", "PLACE/m.onnx", "--fold"}, "--out names the model itself"},
        Refusal{"nothing", {"-o", "PLACE/out.onnx"}, "there is nothing to do"},
        Refusal{"axis", {"-o", "PLACE/out.onnx", "--fix", "width=3"}, "it has batch"},
        Refusal{"no_axis", {"-o", "PLACE/out.onnx", "--fix", "batch"}, "is not AXIS=SIZE"},
        Refusal{"keep",
                {"-o", "PLACE/out.onnx", "--precision", "fp16", "--keep", "Relo"},
                "did you mean 'Relu'?"},
        Refusal{"io",
                {"-o", "PLACE/out.onnx", "--precision", "fp16", "--io", "bf16"},
                "--io bf16 does not go with --precision fp16"},
        Refusal{"no_precision", {"-o", "PLACE/out.onnx", "--fold", "--data", "PLACE"}, "go with"},
        Refusal{"data",
                {"-o", "PLACE/out.onnx", "--precision", "fp16", "--data", "PLACE/m.onnx"},
                "neither a folder of pictures nor an .npz"},
        Refusal{"folder",
                {"-o", "PLACE/nowhere/out.onnx", "--precision", "fp16"},
                "cannot be written"}),
    [](const auto& each) { return each.param.name; });

TEST(ModelConvert, RefusesWhatIsNoModel) {
  const Workplace place;
  place.write("text.onnx", "no model\n");
  const auto result = run_program(
      {"model", "convert", place / "text.onnx", "-o", place / "out.onnx", "--fold"}, place);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("not an ONNX file"));
}

}  // namespace
}  // namespace jetmeter
