// `jetmeter model inspect`: what it shows, and what it says of files that are no models.
#include <gmock/gmock.h>

#include "jetmeter/graph_builder.h"
#include "support/program.h"
#include "support/real_data.h"

namespace jetmeter {
namespace {

using testing::HasSubstr;
using testing::Not;

GraphBuilder one_relu(std::int64_t opset = 13) {
  GraphBuilder builder("net", opset);
  builder.input("x", {1, 4});
  builder.floats("w", {4}, {1, 2, 3, 4});
  builder.node("Mul", "m", {"x", "w"});
  builder.output("y", {1, 4});
  builder.node("Relu", "y", {"m"});
  return builder;
}

// A weight that lies in a file of its own.
void write_external(const Workplace& place, const std::string& name) {
  auto model = one_relu().take();
  model.graph.weights[0] = float_tensor("w", {128, 4}, std::vector<float>(512, 1.0F));
  ASSERT_TRUE(write_onnx(model, place / name, WeightPlace::beside));
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

struct BadModel {
  const char* name;
  const char* file;
  const char* says;
};

class BadModels : public testing::TestWithParam<BadModel> {
 protected:
  BadModels() {
    const auto good = one_relu().serialise();
    place_.write("truncated.onnx", good.substr(0, good.size() / 2));
    place_.write("empty.onnx", "");
    place_.write("words.onnx", "a model, honestly\n");
    place_.write("folder.onnx/readme.txt", "x");
    auto cyclic = one_relu().take();
    cyclic.graph.nodes[0].inputs[0] = "y";
    place_.write("cyclic.onnx", to_onnx_bytes(cyclic).value());
    auto twice = one_relu().take();
    twice.graph.nodes[0].outputs[0] = "y";
    place_.write("twice.onnx", to_onnx_bytes(twice).value());
    auto overflow = one_relu().take();
    overflow.graph.weights[0].shape = {std::int64_t{1} << 40, std::int64_t{1} << 40};
    place_.write("overflow.onnx", to_onnx_bytes(overflow).value());
    write_external(place_, "missing.onnx");
    std::filesystem::remove(place_ / "missing.onnx.data");
    place_.write("plan.engine", std::string("ftrt") + std::string(20, '\0'));
    place_.write("archive.pt", std::string("PK\x03\x04 cut off"));
    outside();
  }
  void outside() {
    write_external(place_, "zz.onnx");
    place_.write("outside.onnx",
                 replaced(slurp(place_ / "zz.onnx"), "zz.onnx.data", "../aaaa.data"));
  }
  Workplace place_;
};

TEST_P(BadModels, GetOneSentenceAndCodeOne) {
  const auto result = run_program({"model", "inspect", GetParam().file}, place_);
  EXPECT_EQ(result.exit_code, 1) << result.out;
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(count_lines(result.err), 1U) << result.err;
  EXPECT_THAT(result.err, HasSubstr("error: "));
  EXPECT_THAT(result.err, HasSubstr(GetParam().file));
  EXPECT_THAT(result.err, HasSubstr(GetParam().says));
}

INSTANTIATE_TEST_SUITE_P(
    , BadModels,
    testing::Values(BadModel{"Truncated", "truncated.onnx", "cut short"},
                    BadModel{"Empty", "empty.onnx", "empty (0 bytes)"},
                    BadModel{"Words", "words.onnx", "text, and no model"},
                    BadModel{"Folder", "folder.onnx", "a directory"},
                    BadModel{"Absent", "nowhere.onnx", "no such file"},
                    BadModel{"Cyclic", "cyclic.onnx", "circle"},
                    BadModel{"Twice", "twice.onnx", "twice"},
                    BadModel{"Overflow", "overflow.onnx", "'w'"},
                    BadModel{"MissingData", "missing.onnx", "which is not there"},
                    BadModel{"DataOutside", "outside.onnx", "outside of the model's folder"},
                    BadModel{"Plan", "plan.engine", "cut short"},
                    BadModel{"Archive", "archive.pt", "damaged"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(ModelInspect, ShowsAModelAsTextJsonAndPicture) {
  const Workplace place;
  place.write("net.onnx", one_relu().serialise());
  const auto text = run_program({"model", "inspect", "net.onnx", "--layers"}, place);
  EXPECT_EQ(text.exit_code, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr("in   x     float32  1x4"));
  EXPECT_THAT(text.out, HasSubstr("layers\n"));
  const auto json = run_program(
      {"model", "inspect", "net.onnx", "--format", "json", "--graph", "net.svg"}, place);
  EXPECT_EQ(nlohmann::json::parse(json.out).at("weights").at("bytes"), 16);
  EXPECT_THAT(slurp(place / "net.svg"), HasSubstr("</svg>"));
  EXPECT_FALSE(std::filesystem::exists(place / "net.svg.part"));
  const auto wrong = run_program({"model", "inspect", "net.onnx", "--graph", "net.pdf"}, place);
  EXPECT_EQ(wrong.exit_code, 1);
  EXPECT_THAT(wrong.err, HasSubstr("neither .svg nor .dot"));
  const auto nowhere = run_program({"model", "inspect", "net.onnx", "--graph", "no/x.svg"}, place);
  EXPECT_EQ(nowhere.exit_code, 1);
  EXPECT_THAT(nowhere.err, HasSubstr("could not be written"));
}

TEST(ModelInspect, SaysThatAnOpsetIsTooNewForTheRuntime) {
  const Workplace place;
  place.write("new.onnx", one_relu(99).serialise());
  place.write("old.onnx", one_relu(13).serialise());
  const auto list = run_program({"list"}, place).out;
  if (list.find("onnxruntime") == std::string::npos) GTEST_SKIP() << "onnxruntime is absent";
  EXPECT_THAT(run_program({"model", "inspect", "new.onnx"}, place).out,
              HasSubstr("opset 99 with IR version"));
  EXPECT_THAT(run_program({"model", "inspect", "old.onnx"}, place).out, Not(HasSubstr("newer")));
}

}  // namespace
}  // namespace jetmeter
