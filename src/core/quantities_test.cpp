#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "jetmeter/core.h"

namespace jetmeter {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;

TEST(ParseBytes, KnowsBinaryAndDecimalSuffixes) {
  EXPECT_EQ(parse_bytes("8GiB").value(), 8ULL << 30);
  EXPECT_EQ(parse_bytes("8GB").value(), 8000000000ULL);
  EXPECT_EQ(parse_bytes("512 MiB").value(), 512ULL << 20);
  EXPECT_EQ(parse_bytes("1.5g").value(), 3ULL << 29);
  EXPECT_EQ(parse_bytes("4096").value(), 4096U);
}

TEST(ParseBytes, RefusesWhatIsNotASize) {
  for (const auto* text : {"", "GiB", "8 parsecs", "-1", "nan", "inf", "8GiBs", "1e300"}) {
    const auto bytes = parse_bytes(text);
    ASSERT_FALSE(bytes) << text;
    EXPECT_NE(bytes.error().what.find("is not a size"), std::string::npos);
  }
}

TEST(FormatBytes, KeepsThreeFigures) {
  EXPECT_EQ(format_bytes(0), "0 B");
  EXPECT_EQ(format_bytes(1023), "1023 B");
  EXPECT_EQ(format_bytes(1536), "1.50 KiB");
  EXPECT_EQ(format_bytes(8ULL << 30), "8.00 GiB");
  EXPECT_EQ(format_bytes(7620ULL << 20), "7.44 GiB");
  EXPECT_EQ(format_bytes((1ULL << 30) - 1), "1.00 GiB");
}

TEST(ParseDuration, KnowsItsSuffixes) {
  EXPECT_EQ(parse_duration("500ms").value(), milliseconds(500));
  EXPECT_EQ(parse_duration("10s").value(), seconds(10));
  EXPECT_EQ(parse_duration("0.5").value(), milliseconds(500));
  EXPECT_EQ(parse_duration("2min").value(), minutes(2));
  EXPECT_EQ(parse_duration("1h").value(), hours(1));
  EXPECT_EQ(parse_duration("250us").value(), nanoseconds(250000));
  EXPECT_FALSE(parse_duration("soon"));
  EXPECT_FALSE(parse_duration("-1s"));
}

TEST(FormatDuration, ChoosesAUnitThatReadsWell) {
  EXPECT_EQ(format_duration(nanoseconds(0)), "0 ns");
  EXPECT_EQ(format_duration(nanoseconds(1230000)), "1.23 ms");
  EXPECT_EQ(format_duration(nanoseconds(12345678900)), "12.3 s");
  EXPECT_EQ(format_duration(nanoseconds(999999)), "1.00 ms");
  EXPECT_EQ(format_duration(seconds(245)), "4 min 05 s");
  EXPECT_EQ(format_duration(minutes(125)), "2 h 05 min");
}

TEST(FormatUtc, IsRfc3339WithMicroseconds) {
  EXPECT_EQ(format_utc(WallTime(std::chrono::microseconds(1))), "1970-01-01T00:00:00.000001Z");
  EXPECT_EQ(format_utc(WallTime(seconds(1893456000))), "2030-01-01T00:00:00.000000Z");
}

TEST(Closest, FindsTheWordThatWasMeant) {
  const std::vector<std::string> words{"detect", "report", "list", "demo"};
  EXPECT_EQ(closest("detcet", words), "detect");
  EXPECT_EQ(closest("reports", words), "report");
  EXPECT_EQ(closest("lsit", words), "list");
  EXPECT_EQ(closest("xylophone", words), std::nullopt);
}

TEST(InQuotes, ShowsControlCharacters) {
  EXPECT_EQ(in_quotes("a b"), "'a b'");
  EXPECT_EQ(in_quotes("a\n\x1b"), "'a\\x0a\\x1b'");
}

}  // namespace
}  // namespace jetmeter
