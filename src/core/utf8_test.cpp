#include <gtest/gtest.h>

#include "jetmeter/core.h"

namespace jetmeter {
namespace {

TEST(ValidUtf8, KeepsUtf8AndReplacesTheRest) {
  for (const auto* good : {"", "plain", "Grüße, 世界 🙂"}) EXPECT_EQ(valid_utf8(good), good);
  EXPECT_EQ(valid_utf8("\xC0\xAF"), "\uFFFD\uFFFD");            // overlong
  EXPECT_EQ(valid_utf8("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");  // a surrogate
  EXPECT_EQ(valid_utf8("\xF4\x90\x80\x80").size(), 12U);        // beyond the last code point
  EXPECT_EQ(valid_utf8("a\xE2\x82"), "a\uFFFD\uFFFD");          // cut off
}

}  // namespace
}  // namespace jetmeter
