// `jetmeter model verify`: equal and unequal models, and requests that make no sense.
#include <gmock/gmock.h>

#include "jetmeter/graph_builder.h"
#include "jetmeter/inputs.h"
#include "support/program.h"
#include "support/real_data.h"

namespace jetmeter {
namespace {

using testing::HasSubstr;

std::string scaled(float factor, Shape shape = {1, 4}, const std::string& output = "y") {
  GraphBuilder builder("net", 13);
  builder.input("x", shape);
  builder.floats("w", {4}, {1, factor, 1, 1});
  builder.node("Mul", "m", {"x", "w"});
  builder.output(output, std::move(shape));
  builder.node("Relu", output, {"m"});
  return builder.serialise();
}

class ModelVerify : public testing::Test {
 protected:
  ModelVerify() {
    place_.write("a.onnx", scaled(1));
    place_.write("same.onnx", scaled(1));
    place_.write("off.onnx", scaled(5));
    place_.write("other.onnx", scaled(1, {1, 4}, "z"));
    place_.write("wide.onnx", scaled(1, {2, 4}));
    place_.write("words.txt", "words\n");
    place_.write("empty/words.txt", "words\n");
  }
  ProgramResult verify(std::vector<std::string> words) const {
    words.insert(words.begin(), {"model", "verify"});
    return run_program(words, place_);
  }
  Workplace place_;
};

TEST_F(ModelVerify, PassesEqualModels) {
  const auto result = verify({"a.onnx", "same.onnx", "--format", "json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const auto json = nlohmann::json::parse(result.out);
  EXPECT_EQ(json.at("passed"), true);
  EXPECT_EQ(json.at("runs"), 4);
  EXPECT_EQ(json.at("outputs")[0].at("values"), 16);
  EXPECT_EQ(json.at("outputs")[0].at("max_error"), 0);
}

// Integers have no value for x / 0: the processor raises SIGFPE in the runtime's kernel.
std::string divided_by_zero() {
  GraphBuilder builder("net", 13);
  builder.input("x", {4}, ElementType::int64);
  builder.integers("zeros", {0, 0, 0, 0});
  builder.output("y", {4}, ElementType::int64);
  builder.node("Div", "y", {"x", "zeros"});
  return builder.serialise();
}

TEST_F(ModelVerify, OutlivesARuntimeThatDoesNot) {
  place_.write("div.onnx", divided_by_zero());
  const auto result = verify({"div.onnx", "div.onnx"});
  EXPECT_EQ(result.exit_code, 4) << result.err;
  EXPECT_THAT(result.err, HasSubstr("error: the runtime died of SIGFPE"));
  EXPECT_EQ(std::ranges::count(result.err, '\n'), 1) << result.err;
  EXPECT_EQ(result.out, "");
}

TEST_F(ModelVerify, FailsWithThreeAndNamesTheLayer) {
  const auto result = verify({"a.onnx", "off.onnx", "--layers"});
  EXPECT_EQ(result.exit_code, 3) << result.err;
  EXPECT_THAT(result.out, HasSubstr("the answers differ"));
  EXPECT_THAT(result.out, HasSubstr("is below 0.999"));
  EXPECT_THAT(result.out, HasSubstr("they part at 'm', in Mul 'm'"));
  const std::vector<std::string> lax{"a.onnx", "off.onnx",     "--max-relative-l2",
                                     "100",    "--min-cosine", "0.1"};
  EXPECT_EQ(verify(lax).exit_code, 0);
  auto p99 = lax;
  p99.insert(p99.end(), {"--max-p99-error", "0.01"});
  EXPECT_EQ(verify(p99).exit_code, 3);
  EXPECT_EQ(verify({"a.onnx", "off.onnx", "--min-cosine", "0", "--max-error", "0.01"}).exit_code,
            3);
}

// Whose cosine is that of equal answers.
TEST_F(ModelVerify, FailsAnswersOfAnotherScale) {
  GraphBuilder builder("net", 13);
  builder.input("x", {1, 4});
  builder.floats("w", {4}, {100, 100, 100, 100});
  builder.node("Mul", "m", {"x", "w"});
  builder.output("y", {1, 4});
  builder.node("Relu", "y", {"m"});
  place_.write("loud.onnx", builder.serialise());
  const auto result = verify({"a.onnx", "loud.onnx"});
  EXPECT_EQ(result.exit_code, 3) << result.err;
  EXPECT_THAT(result.out, HasSubstr("relative L2 99 is above 0.5"));
}

TEST_F(ModelVerify, SaysWhatItMatchedByPlace) {
  const auto result = verify({"a.onnx", "other.onnx"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("'y' of A is compared with 'z' of B"));
}

TEST_F(ModelVerify, ComparesOneModelOnTwoBackends) {
  const auto result = verify({"a.onnx", "--backend-a", "onnxruntime", "--backend-b", "opencv_dnn"});
  if (result.err.find("not in this build") != std::string::npos) GTEST_SKIP() << result.err;
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("opencv_dnn"));
}

TEST_F(ModelVerify, RefusesRequestsThatMakeNoSense) {
  const auto refused = [&](const std::vector<std::string>& words, const char* says) {
    const auto result = verify(words);
    EXPECT_EQ(result.exit_code, 1) << says;
    EXPECT_THAT(result.err, HasSubstr(says));
    EXPECT_EQ(count_lines(result.err), 1U) << result.err;
  };
  refused({"a.onnx"}, "name a second model");
  refused({"a.onnx", "nowhere.onnx"}, "nowhere.onnx");
  refused({"a.onnx", "wide.onnx"}, "B: ");
  refused({"a.onnx", "same.onnx", "--data", "nowhere.npz"}, "no such file");
  refused({"a.onnx", "same.onnx", "--data", "words.txt"}, "--data 'words.txt'");
  refused({"a.onnx", "same.onnx", "--data", "empty"}, "neither .npz or .npy files nor pictures");
  refused({"a.onnx", "same.onnx", "--ground-truth", "empty"}, "folder of pictures");
  refused({"a.onnx", "same.onnx", "--max-map-loss", "0.01"}, "it needs --ground-truth");
}

std::string open_net(float factor) {
  GraphBuilder builder("net", 13);
  builder.input("x", {kDynamic, kDynamic}, ElementType::float32, {"batch", "length"});
  builder.floats("w", {}, {factor});
  builder.node("Mul", "y", {"x", "w"});
  builder.output("y", {kDynamic, kDynamic}, ElementType::float32, {"batch", "length"});
  return builder.serialise();
}

// As quantize and convert take them: an axis of samples first.
TEST_F(ModelVerify, CutsArraysIntoSamplesAndTakesTheirSizes) {
  place_.write("open.onnx", open_net(2));
  place_.write("open_too.onnx", open_net(2));
  std::vector<float> values(15);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
  const auto* bytes = reinterpret_cast<const std::byte*>(values.data());
  const TensorSpec spec{"x", ElementType::float32, {3, 5}};
  place_.write("x.npy", to_npy(spec, {bytes, values.size() * sizeof(float)}));
  const auto verified = [&](std::vector<std::string> words) {
    words.insert(words.begin(),
                 {"open.onnx", "open_too.onnx", "--data", "x.npy", "--format", "json"});
    const auto result = verify(words);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return result.exit_code == 0 ? nlohmann::json::parse(result.out) : nlohmann::json::object();
  };
  const auto all = verified({});
  EXPECT_EQ(all["runs"], 3);
  EXPECT_EQ(all["inputs"], "1 file of arrays, 3 samples");
  EXPECT_EQ(all["outputs"][0]["values"], 15);
  EXPECT_EQ(all["outputs"][0]["max_reference"], 28);
  EXPECT_EQ(all["outputs"][0]["shape"], (std::vector<int>{1, 5}));
  EXPECT_EQ(verified({"--runs", "2"})["outputs"][0]["values"], 10);
  const auto whole = verified({"--shape", "x=3x5"});
  EXPECT_EQ(whole["runs"], 1);
  EXPECT_EQ(whole["outputs"][0]["values"], 15);
}

// The same sums, with their weights in a file that is named.
std::string with_weights_in(const Workplace& place, const std::string& location) {
  GraphBuilder builder("net", 13);
  builder.input("x", {512});
  builder.floats("w", {512}, std::vector<float>(512, 1));
  builder.node("Add", "y", {"x", "w"});
  builder.output("y", {512});
  EXPECT_TRUE(write_onnx(builder.model(), place / "m/net.onnx", WeightPlace::beside));
  auto bytes = slurp(place / "m/net.onnx");
  const std::string was = "net.onnx.data";
  EXPECT_EQ(location.size(), was.size());
  bytes.replace(bytes.find(was), was.size(), location);
  return place.write("m/other.onnx", bytes);
}

TEST_F(ModelVerify, ReadsNoFileOutsideOfTheModelsFolder) {
  place_.write("secret.bin", std::string(2048, 's'));
  std::filesystem::create_directory(place_.path() / "m");
  const auto model = with_weights_in(place_, "../secret.bin");
  const auto refused = verify({model, model, "--backend-b", "onnxruntime"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.err, HasSubstr("outside of the model's folder, which is refused"));
  EXPECT_EQ(count_lines(refused.err), 1U) << refused.err;
}

TEST_F(ModelVerify, ReadsTheGraphBeforeARuntimeDoes) {
  GraphBuilder builder("net", 13);
  builder.input("x", {4});
  builder.node("Add", "a", {"x", "b"});
  builder.node("Relu", "b", {"a"});
  builder.node("Relu", "y", {"b"});
  builder.output("y", {4});
  place_.write("circle.onnx", builder.serialise());
  const auto refused = verify({"circle.onnx", "a.onnx"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.err, HasSubstr("in a circle"));
  EXPECT_EQ(count_lines(refused.err), 1U) << refused.err;
}

TEST_F(ModelVerify, TellsInOneSentenceWhatARuntimeRefuses) {
  GraphBuilder builder("net", 13);
  builder.input("at", {1}, ElementType::int64);
  builder.integers("far", {7});
  builder.floats("w", {2}, {1, 2});
  builder.node("Add", "beyond", {"at", "far"});
  builder.node("Gather", "y", {"w", "beyond"});
  builder.output("y", {1});
  place_.write("beyond.onnx", builder.serialise());
  GraphBuilder odd("net", 13);
  odd.input("x", {4});
  odd.node("Frobnicate", "y", {"x"});
  odd.output("y", {4});
  place_.write("odd.onnx", odd.serialise());
  const auto run = verify({"beyond.onnx", "beyond.onnx", "--backend-a", "onnxruntime"});
  EXPECT_EQ(run.exit_code, 1);
  EXPECT_EQ(count_lines(run.err), 1U) << run.err;
  const auto load = verify({"odd.onnx", "a.onnx", "--backend-a", "onnxruntime"});
  EXPECT_EQ(load.exit_code, 1);
  EXPECT_EQ(count_lines(load.err), 1U) << load.err;
  EXPECT_THAT(load.err, testing::Not(HasSubstr("--backend ")));
}

TEST(ModelVerifyReal, JudgesDetectorsByTheirTask) {
  const auto model = real_data("models/detectors/nanodet_m_416.onnx");
  JM_SKIP_WITHOUT(model);
  const Workplace place;
  const auto result =
      run_program({"model", "verify", model.string(), "--backend-a", "onnxruntime", "--backend-b",
                   "opencv_dnn", "--data", real_data("images/voc50/images").string(), "--runs", "3",
                   "--ground-truth", real_data("images/voc50/labels").string(), "--format", "json"},
                  place);
  if (result.err.find("not in this build") != std::string::npos) GTEST_SKIP() << result.err;
  EXPECT_EQ(result.exit_code, 0) << result.err << result.out;
  const auto json = nlohmann::json::parse(result.out);
  EXPECT_EQ(json.at("runs"), 3);
  const auto& accuracy = json.at("accuracy");
  EXPECT_EQ(accuracy.at("images"), 3);
  EXPECT_NEAR(accuracy.at("a").at("map50").get<double>(),
              accuracy.at("b").at("map50").get<double>(), 0.001);
}

}  // namespace
}  // namespace jetmeter
