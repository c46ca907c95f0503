#include <gmock/gmock.h>

#include "jetmeter/sweep.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string error_of(std::string_view text) {
  const auto file = parse_sweep(text);
  return file ? "no error" : file.error().what;
}

constexpr std::string_view kWhole = R"(
[bench]
min-time = "3s"

[sweep]
threads = [1, 2]
model = ["a.onnx", "b.onnx"]
backend = ["onnxruntime", "opencv_dnn"]
batch = "1:8*2"
rate = 0.5
copies = [true, false]
repeats = 3
shuffle = false
seed = 42
cool-down = "45C,max=3min"

[[sweep.exclude]]
backend = "opencv_dnn"
threads = [2]

[[sweep.exclude]]
model = "b.onnx"
)";

TEST(ParseSweep, ReadsAxesInTheOrderOfTheFile) {
  const auto file = parse_sweep(kWhole).value();
  std::vector<std::string> options;
  for (const auto& axis : file.axes) options.push_back(axis.option);
  EXPECT_THAT(options, ElementsAre("threads", "", "backend", "batch", "rate", "copies"));
  EXPECT_THAT(file.axes[0].values, ElementsAre("1", "2"));
  EXPECT_THAT(file.axes[1].values, ElementsAre("a.onnx", "b.onnx"));
  EXPECT_THAT(file.axes[3].values, ElementsAre("1", "2", "4", "8"));
  EXPECT_THAT(file.axes[4].values, ElementsAre("0.5"));
  EXPECT_THAT(file.axes[5].values, ElementsAre("true", "false"));
}

TEST(ParseSweep, ReadsOptions) {
  const auto file = parse_sweep(kWhole).value();
  EXPECT_EQ(file.options.repeats, 3);
  EXPECT_FALSE(file.options.shuffle);
  EXPECT_EQ(file.options.seed, 42u);
  ASSERT_TRUE(file.cool_down);
  EXPECT_EQ(file.cool_down->celsius, 45.0);
  ASSERT_EQ(file.options.exclude.size(), 2u);
  EXPECT_EQ(file.options.exclude[0][0].option, "backend");
  EXPECT_THAT(file.options.exclude[0][1].values, ElementsAre("2"));
  EXPECT_EQ(file.options.exclude[1][0].option, "");
}

TEST(ParseSweep, ItsPlanLeavesTheExclusionsOut) {
  const auto file = parse_sweep(kWhole).value();
  // threads x backend without one, of a.onnx, x batch x copies x repeats.
  EXPECT_EQ(plan_sweep(file.axes, file.options).value().size(), 3u * 4 * 2 * 3);
}

TEST(ParseSweep, WithoutTheTableThereIsNothingToVary) {
  for (const auto* text : {"", "# nothing\n", "[bench]\nthreads = 2\n"}) {
    const auto file = parse_sweep(text).value();
    EXPECT_TRUE(file.axes.empty());
    EXPECT_FALSE(file.cool_down);
    EXPECT_EQ(file.options.repeats, 1);
    EXPECT_TRUE(file.options.shuffle);
  }
}

TEST(ParseSweep, NamesTheLineOfAnError) {
  EXPECT_EQ(error_of("[sweep]\nthreads = []\n"),
            "line 2: 'threads' has no values; name at least one");
  EXPECT_EQ(error_of("[sweep]\nthreads = [\n 1,\n [2]\n]\n"),
            "line 4: the values of 'threads' must be strings, numbers or truth values");
  EXPECT_EQ(error_of("[sweep]\nthreads = { a = 1 }\n"),
            "line 2: 'threads' must be an array, a string, a number or a truth value");
  EXPECT_THAT(error_of("[sweep]\n\nthreads = \"8:1:2\"\n"),
              HasSubstr("line 3: 'threads': the range '8:1:2' has no value"));
  EXPECT_EQ(error_of("[sweep]\nx = 1\nrepeats = 0\n"),
            "line 3: 'repeats' must be a whole number from 1 to 1000");
  EXPECT_EQ(error_of("[sweep]\nx = 1\nrepeats = 2.0\n"),
            "line 3: 'repeats' must be a whole number from 1 to 1000");
  EXPECT_THAT(error_of("[sweep]\nx = 1\nseed = -1\n"), HasSubstr("line 3: 'seed' must be"));
  EXPECT_EQ(error_of("[sweep]\nx = 1\nshuffle = 1\n"), "line 3: 'shuffle' must be true or false");
  EXPECT_THAT(error_of("[sweep]\nx = 1\ncool-down = \"soon\"\n"),
              HasSubstr("line 3: the pause 'soon' cannot be read"));
  EXPECT_THAT(error_of("[sweep]\nx = 1\ncool-down = true\n"), HasSubstr("line 3: 'cool-down'"));
  EXPECT_EQ(error_of("[sweep]\nrepeats = 2\n"), "line 1: [sweep] names nothing to vary");
  EXPECT_EQ(error_of("\nsweep = 3\n"), "line 2: 'sweep' must be a table: [sweep]");
  EXPECT_THAT(error_of("[sweep]\nx = 1\ny = \n"), HasSubstr("line 3: "));
  EXPECT_THAT(error_of("[sweep\n"), HasSubstr("line 1: "));
  EXPECT_THAT(error_of("[sweep]\nx = 1\nx = 2\n"), HasSubstr("line 3: "));
}

TEST(ParseSweep, NoticesExclusionsThatExcludeNothing) {
  EXPECT_EQ(error_of("[sweep]\nx = [1, 2]\n[[sweep.exclude]]\ny = 1\n"),
            "line 4: [[sweep.exclude]] names 'y', which [sweep] does not vary");
  EXPECT_EQ(error_of("[sweep]\nx = [1, 2]\n[[sweep.exclude]]\nx = [1, 3]\n"),
            "line 4: [[sweep.exclude]] names the value '3' of 'x', which is not one of those in "
            "[sweep]");
  EXPECT_EQ(error_of("[sweep]\nx = 1\n[[sweep.exclude]]\n"),
            "line 3: this [[sweep.exclude]] names no option; it would leave nothing");
  EXPECT_EQ(error_of("[sweep]\nx = 1\nexclude = 3\n"),
            "line 3: 'exclude' must be tables: [[sweep.exclude]]");
  EXPECT_EQ(error_of("[sweep]\nx = 1\nexclude = [3]\n"),
            "line 3: 'exclude' must be tables: [[sweep.exclude]]");
}

TEST(ParseSweep, SurvivesAnyBytes) {
  for (const std::string text : {"\xff\xfe", "[sweep]\nx = \"\\ud800\"\n", "[sweep]\n\"\" = 1\n"})
    EXPECT_NE(error_of(text), "no error");
  EXPECT_NE(error_of(std::string("\0\0", 2)), "no error");
  EXPECT_NE(error_of("[sweep]\nx = " + std::string(5000, '[')), "no error");
}

}  // namespace
}  // namespace jetmeter
