#include "record/wall_time.h"

#include <gtest/gtest.h>

namespace jetmeter {
namespace {

using namespace std::chrono;

TEST(ParseUtc, ReadsWhatFormatUtcWrites) {
  const WallTime time(sys_days(2024y / 2 / 29) + 23h + 59min + 59s + 999999us);
  EXPECT_EQ(format_utc(time), "2024-02-29T23:59:59.999999Z");
  EXPECT_EQ(parse_utc(format_utc(time)), time);
  EXPECT_EQ(parse_utc(format_utc(WallTime{})), WallTime{});
  for (const auto* far : {"2584-02-29T23:59:59.000000Z", "9999-12-31T23:59:59.999999Z"})
    EXPECT_EQ(format_utc(*parse_utc(far)), far) << "beyond what nanoseconds can count";
}

TEST(ParseUtc, TakesFewerDigitsOfASecond) {
  const WallTime noon(sys_days(2026y / 1 / 31) + 12h);
  EXPECT_EQ(parse_utc("2026-01-31T12:00:00Z"), noon);
  EXPECT_EQ(parse_utc("2026-01-31T12:00:00.5Z"), noon + 500ms);
}

TEST(ParseUtc, RefusesWhatIsNoTime) {
  for (const auto* text :
       {"", "Z", "2026-01-31", "2026-01-31T12:00:00", "2026-02-30T12:00:00Z",
        "2026-01-31T24:00:00Z", "2026-01-31T12:60:00Z", "2026-01-31T12:00:60Z",
        "2026-01-31 12:00:00Z", "2026-01-31T12:00:00.Z", "2026-01-31T12:00:00.1234567Z",
        "2026-01-31T12:00:00.12x4Z", "2026-01-31T12:00:00+01:00"})
    EXPECT_EQ(parse_utc(text), std::nullopt) << text;
}

}  // namespace
}  // namespace jetmeter
