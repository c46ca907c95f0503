// zoo lists what can be made, and makes files that other commands read.
#include "jetmeter/zoo.h"

#include <gmock/gmock.h>

#include "support/program.h"

namespace jetmeter {
namespace {

using testing::HasSubstr;

TEST(ZooList, NamesEveryModelWithItsParameters) {
  const Workplace place;
  const auto text = run_program({"zoo", "list"}, place);
  EXPECT_EQ(text.exit_code, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr("yolo11n"));
  EXPECT_THAT(text.out, HasSubstr("2,616,248  images 1x3x640x640"));
  const auto json =
      nlohmann::json::parse(run_program({"zoo", "list", "--format", "json"}, place).out);
  EXPECT_EQ(json.at("models").size(), zoo_models().size());
  const auto& models = json.at("models");
  const auto dit = std::ranges::find_if(
      models, [](const auto& model) { return model.at("name") == "groot-dit"; });
  ASSERT_NE(dit, models.end());
  EXPECT_EQ(dit->at("parameters"), 1'091'722'240);
  EXPECT_EQ(dit->at("weight_bytes"), 2 * 1'091'722'240LL);
}

TEST(ZooList, SaysWhatCanBeChosen) {
  const Workplace place;
  const auto one = run_program({"zoo", "list", "vit-b-16"}, place);
  EXPECT_EQ(one.exit_code, 0) << one.err;
  EXPECT_THAT(one.out, HasSubstr("--set layers=N"));
  EXPECT_THAT(one.out, HasSubstr("multiples of 16"));
  EXPECT_EQ(run_program({"zoo", "list", "vit-b-17"}, place).exit_code, 1);
}

TEST(ZooMake, SameOptionsGiveTheSameBytes) {
  const Workplace place;
  const std::vector<std::string> options{"zoo",     "make",    "yolo11n", "--imgsz",   "64",
                                         "--dtype", "float16", "--set",   "classes=3", "-o"};
  for (const auto* file : {"a.onnx", "b.onnx"}) {
    auto arguments = options;
    arguments.emplace_back(place / file);
    const auto made = run_program(arguments, place);
    EXPECT_EQ(made.exit_code, 0) << made.err;
    EXPECT_THAT(made.out, HasSubstr("input       images float16 1x3x64x64"));
    EXPECT_THAT(made.out, HasSubstr("output      output0 float16 1x7x84"));
  }
  const auto bytes = slurp(place / "a.onnx");
  EXPECT_FALSE(bytes.empty());
  EXPECT_EQ(bytes, slurp(place / "b.onnx"));
  const ZooOptions same{
      .numbers = {{"imgsz", 64}, {"classes", 3}}, .type = ElementType::float16, .seed = {}};
  EXPECT_EQ(bytes, build_zoo_model("yolo11n", same).value());
}

TEST(ZooMake, PutsWeightsBeside) {
  const Workplace place;
  const auto made =
      run_program({"zoo", "make", "simple-cnn", "--external-data", "-o", place / "m.onnx"}, place);
  EXPECT_EQ(made.exit_code, 0) << made.err;
  EXPECT_THAT(made.out, HasSubstr("m.onnx.data"));
  EXPECT_GT(slurp(place / "m.onnx.data").size(), 300'000U);
  EXPECT_LT(slurp(place / "m.onnx").size(), 10'000U);
}

TEST(ZooMake, ReplacesNothingUnasked) {
  const Workplace place;
  const auto path = place.write("m.onnx", "mine");
  const auto refused = run_program({"zoo", "make", "identity", "-o", path}, place);
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.err, HasSubstr("--force"));
  EXPECT_EQ(slurp(path), "mine");
  EXPECT_EQ(run_program({"zoo", "make", "identity", "--force", "-o", path}, place).exit_code, 0);
  EXPECT_NE(slurp(path), "mine");
}

TEST(ZooMake, RefusesNonsenseInOneSentence) {
  const Workplace place;
  const std::vector<std::pair<std::vector<std::string>, std::string>> wrong{
      {{"yolo12n"}, "did you mean yolo11n"},
      {{"yolo11n", "--imgsz", "100"}, "multiple of 32"},
      {{"yolo11n", "--batch", "many"}, "batch must be a whole number"},
      {{"yolo11n", "--batch", "-1"}, "batch must be a whole number"},
      {{"yolo11n", "--opset", "3"}, "between 13 and 22"},
      {{"yolo11n", "--dtype", "int8"}, "float32, float16 or bfloat16"},
      {{"yolo11n", "--set", "classes"}, "layers=4"},
      {{"yolo11n", "--set", "layers=4"}, "no option 'layers'"},
      {{"yolo11n", "--batch", "1", "--set", "batch=2"}, "batch is chosen twice"},
      {{"identity", "--seed", "1"}, "no seed to choose"}};
  for (const auto& [arguments, sentence] : wrong) {
    std::vector<std::string> words{"zoo", "make"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    words.insert(words.end(), {"-o", place / "never.onnx"});
    const auto result = run_program(words, place);
    EXPECT_EQ(result.exit_code, 1) << sentence;
    EXPECT_THAT(result.err, HasSubstr(sentence));
    EXPECT_EQ(count_lines(result.err), 1U) << result.err;
    EXPECT_FALSE(std::filesystem::exists(place / "never.onnx"));
  }
  EXPECT_EQ(run_program({"zoo"}, place).exit_code, 1);
  const auto nowhere =
      run_program({"zoo", "make", "identity", "-o", place / "no/such/m.onnx"}, place);
  EXPECT_EQ(nowhere.exit_code, 1);
  EXPECT_THAT(nowhere.err, HasSubstr("m.onnx"));
}

}  // namespace
}  // namespace jetmeter
