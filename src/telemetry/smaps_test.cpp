#include "telemetry/smaps.h"

#include <gtest/gtest.h>

#include <string>

namespace jetmeter {
namespace {

constexpr std::uint64_t kKibibyte = 1024;

// Linux 4.9.
const std::string kTwoMappings =
    "5580000000-5580010000 r-xp 00000000 b3:01 1234 /usr/bin/a/path/that/is/much/longer/than/the/"
    "numbers/below/it/jetmeter\n"
    "Size:                 64 kB\n"
    "Rss:                  60 kB\n"
    "Pss:                  15 kB\n"
    "Shared_Clean:         60 kB\n"
    "Swap:                  7 kB\n"
    "SwapPss:               3 kB\n"
    "VmFlags: rd ex mr mw me dw \n"
    "7f80000000-7f80100000 rw-p 00000000 00:00 0 \n"
    "Size:               1024 kB\n"
    "Rss:                 800 kB\n"
    "Pss:                 800 kB\n";

TEST(SmapsSums, AddUpAllMappings) {
  SmapsSums sums;
  sums.add(kTwoMappings);
  EXPECT_EQ(sums.pss_bytes(), 815 * kKibibyte);
  EXPECT_EQ(sums.rss_bytes(), 860 * kKibibyte);
}

TEST(SmapsSums, PiecesMayEndAnywhere) {
  for (std::size_t length = 1; length < 90; ++length) {
    SmapsSums sums;
    for (std::size_t at = 0; at < kTwoMappings.size(); at += length)
      sums.add(std::string_view(kTwoMappings).substr(at, length));
    EXPECT_EQ(sums.pss_bytes(), 815 * kKibibyte) << length;
    EXPECT_EQ(sums.rss_bytes(), 860 * kKibibyte) << length;
  }
}

TEST(SmapsSums, AreAbsentForAnythingElse) {
  for (const auto& text :
       {std::string(), std::string("Pss: 12 kB"), std::string("SwapPss: 1 kB\n"),
        std::string("Pss: lots kB\n"), std::string(100000, 'P'), std::string("\x00\xff\n:\n", 5)}) {
    SmapsSums sums;
    sums.add(text);
    EXPECT_FALSE(sums.pss_bytes()) << text.substr(0, 40);
    EXPECT_FALSE(sums.rss_bytes()) << text.substr(0, 40);
  }
}

TEST(SmapsSums, DoNotOverflow) {
  SmapsSums sums;
  for (int i = 0; i < 3; ++i) sums.add("Pss: 18014398509481983 kB\n");
  EXPECT_EQ(sums.pss_bytes(), UINT64_MAX);
}

}  // namespace
}  // namespace jetmeter
