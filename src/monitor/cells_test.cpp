#include "monitor/cells.h"

#include <gtest/gtest.h>

namespace jetmeter {
namespace {

TEST(Cells, CountSymbolsOnceAndColoursNot) {
  EXPECT_EQ(cell_count(""), 0U);
  EXPECT_EQ(cell_count("57.1°C █░"), 9U);
  EXPECT_EQ(cell_count(painted("ab", Tone::alarm, true)), 2U);
}

TEST(Cells, AreCutWithAnEllipsisAndFilledWithSpaces) {
  EXPECT_EQ(clipped("abcdef", 6), "abcdef");
  EXPECT_EQ(clipped("abcdef", 5), "abcd…");
  EXPECT_EQ(clipped("abcdef", 0), "");
  EXPECT_EQ(left_in("°C", 4), "°C  ");
  EXPECT_EQ(right_in("°C", 4), "  °C");
  EXPECT_EQ(right_in("abcdef", 4), "abc…");
}

TEST(Cells, OfColouredTextThatIsCutEndTheColour) {
  EXPECT_EQ(clipped("\x1b[31mabcdef\x1b[0m", 3), "\x1b[31mab…\x1b[0m");
}

TEST(Painted, IsPlainWhereNobodyAskedForColours) {
  EXPECT_EQ(painted("x", Tone::title, false), "x");
  EXPECT_EQ(painted("x", Tone::title, true), "\x1b[1mx\x1b[0m");
}

TEST(Printable, LetsNoEscapeSequenceThrough) {
  EXPECT_EQ(printable("a\x1b[2Jb\n\x7f"), "a?[2Jb??");
  EXPECT_EQ(printable("grün \xff"), "gr?n ?");
}

TEST(AsAscii, KeepsTheNumberOfCells) {
  const std::string text = "└ 57.1°C · █▌░ ▁▄█ ─ …";
  EXPECT_EQ(as_ascii(text), "` 57.1 C - ##. _-# - ~");
  EXPECT_EQ(cell_count(as_ascii(text)), cell_count(text));
  EXPECT_EQ(as_ascii("ü"), "?");
}

}  // namespace
}  // namespace jetmeter
