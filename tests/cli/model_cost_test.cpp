// model cost tells what a model takes from its file alone.
#include <gmock/gmock.h>

#include "jetmeter/graph_builder.h"
#include "support/program.h"

namespace jetmeter {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// images ?x2x8x8 -> Conv 3x3 -> Relu -> output.
std::string detector() {
  GraphBuilder g("detector");
  g.input("images", {kDynamic, 2, 8, 8}, ElementType::float32, {"batch", "", "", ""});
  g.floats("w", {4, 2, 3, 3}, std::vector<float>(72, 0.1F));
  g.node("Conv", "conv", {"images", "w"});
  g.node("Relu", "output", {"conv"});
  g.output("output", {kDynamic, 4, 6, 6}, ElementType::float32, {"batch", "", "", ""});
  return g.serialise();
}

class ModelCostCommand : public testing::Test {
 protected:
  ProgramResult cost(std::vector<std::string> words) {
    words.insert(words.begin(), {"model", "cost"});
    return run_program(words, place_);
  }

  Workplace place_;
  std::string model_ = place_.write("detector.onnx", detector());
};

TEST_F(ModelCostCommand, GivesTotalsFirstThenTheDearestLayers) {
  const auto result = cost({model_, "--axis", "batch=2"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, StartsWith("parameters"));
  EXPECT_THAT(result.out, HasSubstr("10.4 kFLOP"));  // 2 x 288 x 18
  EXPECT_THAT(result.out, HasSubstr("100.0%"));
  EXPECT_LT(result.out.find("\nconv "), result.out.find("\noutput "));
  EXPECT_EQ(result.err, "");
}

TEST_F(ModelCostCommand, TakesTheCommonFlagsOnEitherSideOfItsName) {
  const auto behind = cost({model_, "--axis", "batch=2", "--no-color", "-q"});
  EXPECT_EQ(behind.exit_code, 0) << behind.err;
  const auto before =
      run_program({"model", "--no-color", "-q", "cost", model_, "--axis", "batch=2"}, place_);
  EXPECT_EQ(before.exit_code, 0) << before.err;
  EXPECT_EQ(before.out, behind.out);
}

TEST_F(ModelCostCommand, JsonHasEveryLayerWithUnitsInTheKeys) {
  const auto result = cost({model_, "--shape", "images=1x2x8x8", "--format", "json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const auto document = nlohmann::json::parse(result.out);
  EXPECT_EQ(document.at("parameters"), 72);
  EXPECT_EQ(document.at("flops"), 2 * 144 * 18);
  EXPECT_EQ(document.at("other_flops"), 144);
  EXPECT_EQ(document.at("weight_bytes"), 288);
  EXPECT_EQ(document.at("peak_activation_bytes"), 4 * (128 + 144 + 144));
  EXPECT_EQ(document.at("complete"), true);
  EXPECT_EQ(document.at("layers").size(), 2U);
  EXPECT_EQ(document.at("layers")[0].at("outputs")[0], nlohmann::json({1, 4, 6, 6}));
}

TEST_F(ModelCostCommand, TakesAnOpenBatchForOneAndSaysSo) {
  const auto result = cost({model_});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("the batch is open and taken to be 1"));
  EXPECT_EQ(result.out, cost({model_, "--axis", "batch=1"}).out);
}

TEST_F(ModelCostCommand, SaysWhichAxisIsOpenAndWhatToType) {
  GraphBuilder builder("open", 17);
  builder.input("images", {kDynamic, 3, kDynamic, 8}, ElementType::float32,
                {"batch", "", "height", ""});
  builder.node("Relu", "y", {"images"});
  builder.output("y", {kDynamic, 3, kDynamic, 8});
  const auto open = place_.write("open.onnx", builder.serialise());
  const auto result = cost({open});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("axis 'batch' of input 'images' is open"));
  EXPECT_THAT(result.err, HasSubstr("--axis batch=1"));
  const auto document = nlohmann::json::parse(cost({open, "--format", "json"}).out);
  EXPECT_TRUE(document.at("flops").is_null());
  EXPECT_EQ(document.at("complete"), false);
}

TEST_F(ModelCostCommand, NeverShowsWhatIsUnknownAsZero) {
  GraphBuilder builder("odd", 17);
  builder.input("x", {1, 4});
  builder.integers("shape", {4, 1});
  builder.node("Reshape", "turned", {"x", "shape"});
  builder.node("NobodyKnows", "y", {"turned"});
  builder.output("y", {4, 1});
  const auto result = cost({place_.write("odd.onnx", builder.serialise())});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("multiply-adds     ?\n"));
  EXPECT_THAT(result.out, HasSubstr("intensity         ?\n"));
  EXPECT_THAT(result.out, HasSubstr("NobodyKnows"));
}

TEST_F(ModelCostCommand, GroupsLayersByOperator) {
  const auto result = cost({model_, "--axis", "batch=1", "--by", "op", "--top", "1"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("\nConv "));
  EXPECT_THAT(result.out, Not(HasSubstr("\nRelu ")));
  EXPECT_THAT(result.out, HasSubstr("and 1 more operators; --top 0 shows all"));
}

TEST_F(ModelCostCommand, RefusesWhatCannotBeInOneSentence) {
  const auto text = place_.write("text.onnx", "not a model at all\n");
  for (const auto& [words, expected] :
       std::vector<std::pair<std::vector<std::string>, const char*>>{
           {{place_ / "absent.onnx"}, "no such file"},
           {{text}, "not an ONNX file"},
           {{model_, "--axis", "batch"}, "is not NAME=SIZE"},
           {{model_, "--axis", "n=1"}, "the model has no open axis 'n'; it has batch"},
           {{model_, "--shape", "x=1x2x8x8"}, "the model has no input 'x'; it has 'images'"},
           {{model_, "--shape", "1x3x8x8"}, "axis 1 of input 'images' is fixed at 2"},
           {{model_, "--shape", "1x2x8x8", "--axis", "batch=2"}, "would be 2 and 1"}}) {
    const auto result = cost(words);
    EXPECT_EQ(result.exit_code, 1) << expected;
    EXPECT_THAT(result.err, HasSubstr(expected));
    EXPECT_EQ(count_lines(result.err), 1U) << result.err;
    EXPECT_EQ(result.out, "");
  }
}

}  // namespace
}  // namespace jetmeter
