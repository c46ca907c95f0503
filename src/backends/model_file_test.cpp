#include "backends/model_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/temp_dir.h"

namespace jetmeter {
namespace {

using testing::HasSubstr;

TEST(CheckModelFile, AcceptsAFileWithBytes) {
  const TempDir dir;
  EXPECT_TRUE(check_model_file(dir.write("a.onnx", "x")));
}

TEST(CheckModelFile, NamesWhatIsWrong) {
  const TempDir dir;
  const auto words = [](const std::filesystem::path& path) {
    const auto checked = check_model_file(path);
    return checked ? std::string("accepted") : checked.error().what;
  };
  EXPECT_THAT(words(dir.path() / "none.onnx"), HasSubstr("none.onnx': no such file"));
  EXPECT_THAT(words(dir.write("zero.onnx", "")), HasSubstr("zero.onnx' is empty (0 bytes)"));
  EXPECT_THAT(words(dir.path()), HasSubstr("is a directory"));
  EXPECT_THAT(words(dir.write("file", "x") / "below"), testing::Not("accepted"));
  EXPECT_THAT(words("/dev/null"), HasSubstr("not a regular file"));
}

TEST(ReadsExtension, ComparesWholeWordsInAnyCase) {
  EXPECT_TRUE(reads_extension(".onnx .ort", "a/b.ort"));
  EXPECT_TRUE(reads_extension(".onnx .ort", "MODEL.ONNX"));
  EXPECT_FALSE(reads_extension(".onnx .ort", "model.on"));
  EXPECT_FALSE(reads_extension(".onnx .ort", "model.engine"));
  EXPECT_FALSE(reads_extension(".onnx .ort", "onnx"));
  EXPECT_FALSE(reads_extension("", "a.onnx"));
}

TEST(OneLine, StripsNothingButLineBreaks) {
  EXPECT_EQ(one_line("one"), "one");
  EXPECT_EQ(one_line("  one:\n   two  three\r\n\nfour\n"), "one: two  three four");
  EXPECT_EQ(one_line("\n\n"), "");
}

}  // namespace
}  // namespace jetmeter
