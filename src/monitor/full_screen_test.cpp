#include "monitor/full_screen.h"

#include <gtest/gtest.h>

namespace jetmeter {
namespace {

TEST(PressedKeys, AreThoseOfLessForArrowsAndPageKeys) {
  EXPECT_EQ(pressed_keys("q\x1b[A\x1bOA\x1b[B\x1bOB+"), "qkkjj+");
  EXPECT_EQ(pressed_keys("\x1b[5~\x1b[6~"), "bf");
  EXPECT_EQ(pressed_keys("\x1b[C\x1b[15~h\x1b[1;5A"), "h") << "others are none";
  EXPECT_EQ(pressed_keys("\x1b"), "\x1b");
  EXPECT_EQ(pressed_keys(""), "");
}

}  // namespace
}  // namespace jetmeter
