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

TEST(Cells, AreWrappedBetweenWords) {
  using Lines = std::vector<std::string>;
  EXPECT_EQ(wrapped("", 10, 2), Lines{""});
  EXPECT_EQ(wrapped("ab cd ef", 8, 2), Lines{"ab cd ef"});
  EXPECT_EQ(wrapped("ab cd ef", 7, 2), (Lines{"ab cd", "  ef"}));
  EXPECT_EQ(wrapped("ab cd ef gh", 5, 2), (Lines{"ab cd", "  ef", "  gh"}));
  EXPECT_EQ(wrapped("a 0123456789 b", 6, 2), (Lines{"a", "  0123", "  4567", "  89 b"}));
  EXPECT_EQ(wrapped("°°° °°", 4, 1), (Lines{"°°°", " °°"}));
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
