#include "cli/typed_options.h"

#include <gmock/gmock.h>

namespace jetmeter {
namespace {

using testing::UnorderedElementsAre;
using Words = std::vector<std::string>;

// Options of every kind that the subcommands have.
class TypedOptions : public testing::Test {
 protected:
  TypedOptions() {
    app_.add_option("--model,model", models_);
    app_.add_option("--input", inputs_)->allow_extra_args(false);
    app_.add_option("--imgsz,--image-size", size_);
    app_.add_flag("-q,--quiet", flag_);
  }
  std::vector<std::string> typed(Words words) const {
    words.insert(words.begin(), "bench");
    std::vector<std::string> names;
    for (const auto* option : typed_options(words, app_))
      names.push_back(option->get_lnames().front());
    return names;
  }

 private:
  CLI::App app_;
  std::vector<std::string> models_, inputs_;
  int size_ = 0;
  bool flag_ = false;
};

TEST_F(TypedOptions, ByAnyOfTheirNames) {
  EXPECT_THAT(typed({}), UnorderedElementsAre());
  EXPECT_THAT(typed({"--image-size", "3", "-q"}), UnorderedElementsAre("imgsz", "quiet"));
  EXPECT_THAT(typed({"--imgsz=3", "--quiet=false"}), UnorderedElementsAre("imgsz", "quiet"));
  EXPECT_THAT(typed({"--unknown", "--imgsz", "3"}), UnorderedElementsAre("imgsz"));
}

TEST_F(TypedOptions, ByTheirPlace) {
  EXPECT_THAT(typed({"m.onnx"}), UnorderedElementsAre("model"));
  EXPECT_THAT(typed({"-q", "m.onnx", "n.onnx"}), UnorderedElementsAre("quiet", "model"));
  EXPECT_THAT(typed({"--input", "x=1", "m.onnx"}), UnorderedElementsAre("input", "model"));
  EXPECT_THAT(typed({"--", "--imgsz"}), UnorderedElementsAre("model"));
}

TEST_F(TypedOptions, AValueIsNoOption) {
  EXPECT_THAT(typed({"--input", "--imgsz"}), UnorderedElementsAre("input"));
  EXPECT_THAT(typed({"--imgsz", "-1"}), UnorderedElementsAre("imgsz"));
  EXPECT_THAT(typed({"--imgsz", "3", "--input=x=-q"}), UnorderedElementsAre("imgsz", "input"));
}

}  // namespace
}  // namespace jetmeter
