#include "cli/compare_ab.h"

#include <gmock/gmock.h>

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(CompareAb, TakesTurnsAsABBA) {
  std::string order;
  for (int round = 0; round < 4; ++round)
    for (int place = 0; place < 2; ++place) order += ab_side(round, place);
  EXPECT_EQ(order, "abbaabba");
}

TEST(CompareAb, WordsOfASide) {
  EXPECT_THAT(*ab_words("A", "jetmeter detect --model0 'a b.onnx'"),
              ElementsAre("detect", "--model0", "a b.onnx"));
  EXPECT_THAT(ab_words("A", "").error().what, HasSubstr("--ab A: '' begins with no subcommand"));
  EXPECT_FALSE(ab_words("B", "--model0 a.onnx"));
  EXPECT_FALSE(ab_words("B", "detect 'a"));
  EXPECT_THAT(ab_words("B", "compare x y").error().what, HasSubstr("measures nothing"));
  for (const auto* typed : {"detect --out x", "detect --out=x", "detect --output_dir x"})
    EXPECT_THAT(ab_words("B", typed).error().what, HasSubstr("leave --out away"));
}

}  // namespace
}  // namespace jetmeter
