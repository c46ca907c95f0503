#include "cli/shell_split.h"

#include <gmock/gmock.h>

#include "cli/arguments.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(ShellSplit, WordsAsAShellMakesThem) {
  EXPECT_THAT(*shell_split(""), IsEmpty());
  EXPECT_THAT(*shell_split(" \t\n "), IsEmpty());
  EXPECT_THAT(*shell_split("  detect  --model0 a.onnx\t-q\n"),
              ElementsAre("detect", "--model0", "a.onnx", "-q"));
  EXPECT_THAT(*shell_split(R"(--source 'my clip.mp4' "" '')"),
              ElementsAre("--source", "my clip.mp4", "", ""));
  EXPECT_THAT(*shell_split(R"(a\ b "c \"d\" \n \$e" 'f\g' h'i'"j"k)"),
              ElementsAre("a b", R"(c "d" \n $e)", R"(f\g)", "hijk"));
  EXPECT_THAT(*shell_split("$HOME *.onnx"), ElementsAre("$HOME", "*.onnx"));
}

TEST(ShellSplit, SaysWhatIsNotClosed) {
  EXPECT_EQ(shell_split("a 'b").error().what, "a quote is not closed in 'a 'b'");
  EXPECT_FALSE(shell_split("\"a\\\""));
  EXPECT_EQ(shell_split("a\\").error().what, "nothing follows the backslash of 'a\\'");
}

TEST(ShellSplit, UndoesShellWords) {
  const std::vector<std::string> words{"detect", "it's", "a b", "", "\\", "\"", "$x", "é", "\n"};
  EXPECT_EQ(*shell_split(shell_words(words)), words);
}

}  // namespace
}  // namespace jetmeter
