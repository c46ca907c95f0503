#include <gmock/gmock.h>

#include "jetmeter/sweep.h"
#include "sweep/decimal.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> values(std::string_view text) {
  const auto list = sweep_values(text);
  return list ? *list : std::vector<std::string>{"error: " + list.error().what};
}

std::string error_of(std::string_view text) {
  const auto list = sweep_values(text);
  return list ? "no error" : list.error().what;
}

TEST(SweepValues, CutsAtCommas) {
  EXPECT_THAT(values("1,2,4"), ElementsAre("1", "2", "4"));
  EXPECT_THAT(values("onnxruntime"), ElementsAre("onnxruntime"));
  EXPECT_THAT(values(" a , b c "), ElementsAre("a", "b c"));
}

TEST(SweepValues, KeepsCommasThatAreQuotedOrEscaped) {
  EXPECT_THAT(values(R"('a,b',c)"), ElementsAre("a,b", "c"));
  EXPECT_THAT(values(R"("a,'b'",c)"), ElementsAre("a,'b'", "c"));
  EXPECT_THAT(values(R"(a\,b,c)"), ElementsAre("a,b", "c"));
  EXPECT_THAT(values(R"(it\'s,C:\dir)"), ElementsAre("it's", R"(C:\dir)"));
  EXPECT_THAT(values(R"(' a ',"")"), ElementsAre(" a ", ""));
  EXPECT_THAT(values(R"(pre'x, y'post)"), ElementsAre("prex, ypost"));
}

TEST(SweepValues, CountsRanges) {
  EXPECT_THAT(values("1:4"), ElementsAre("1", "2", "3", "4"));
  EXPECT_THAT(values("1:8:2"), ElementsAre("1", "3", "5", "7"));
  EXPECT_THAT(values("8:2:-3"), ElementsAre("8", "5", "2"));
  EXPECT_THAT(values("-1:1:1"), ElementsAre("-1", "0", "1"));
  EXPECT_THAT(values("1:8*2"), ElementsAre("1", "2", "4", "8"));
  EXPECT_THAT(values("3:20*3"), ElementsAre("3", "9"));
  EXPECT_THAT(values("5:5:1"), ElementsAre("5"));
  EXPECT_THAT(values("1,4:6,10:40*2"), ElementsAre("1", "4", "5", "6", "10", "20", "40"));
}

TEST(SweepValues, DecimalsAreExact) {
  EXPECT_THAT(values("0.1:0.5:0.1"), ElementsAre("0.1", "0.2", "0.3", "0.4", "0.5"));
  EXPECT_THAT(values("0.25:2*2"), ElementsAre("0.25", "0.5", "1", "2"));
  EXPECT_THAT(values("-0.05:0.05:0.05"), ElementsAre("-0.05", "0", "0.05"));
}

TEST(SweepValues, ColonsElsewhereAreNoRanges) {
  EXPECT_THAT(values("images:1x3x640x640"), ElementsAre("images:1x3x640x640"));
  EXPECT_THAT(values(R"('16:9',4\:3)"), ElementsAre("16:9", "4:3"));
}

TEST(SweepValues, RefusesWhatIsNoList) {
  for (const auto* text : {"", " ", ",", "1,,2", "1,", ",1"})
    EXPECT_EQ(error_of(text), "a value is missing in the list; write '' for an empty one") << text;
  EXPECT_THAT(error_of("a'b"), HasSubstr("a quote in 'a'b' is not closed"));
  EXPECT_THAT(error_of("1:8:0"), HasSubstr("the range '1:8:0' never gets on"));
  EXPECT_THAT(error_of("8:1:2"), HasSubstr("has no value"));
  EXPECT_THAT(error_of("8:1*2"), HasSubstr("has no value"));
  EXPECT_THAT(error_of("1:8*1"), HasSubstr("whole factor of at least 2"));
  EXPECT_THAT(error_of("1:8*1.5"), HasSubstr("whole factor of at least 2"));
  EXPECT_THAT(error_of("0:8*2"), HasSubstr("must begin above 0"));
  for (const auto* text :
       {":", "1:", ":1", "1:8:", "1:2:3:4", "1.:2", "1:8*", "--1:2", "1:9999999999999999"})
    EXPECT_NE(error_of(text), "no error") << text;
}

TEST(SweepValues, HasALimit) {
  EXPECT_EQ(values("1:10000").size(), 10'000u);
  EXPECT_THAT(error_of("1:10001"), HasSubstr("more than 10000 values"));
  EXPECT_THAT(error_of("0:999999999999999:1"), HasSubstr("more than 10000 values"));
  EXPECT_THAT(error_of("0:1:0.00000000000001"), HasSubstr("more than 10000 values"));
  EXPECT_THAT(error_of("-999999999999999:999999999999999:0.00000000000001"), HasSubstr("too long"));
  EXPECT_THAT(error_of("1:9000,1:9000"), HasSubstr("more than 10000 values"));
  EXPECT_EQ(values("1:999999999999999*999999999999999").size(), 2u) << "no overflow";
}

TEST(SweepDecimal, FormatsWhatItReads) {
  for (const auto* text : {"0", "8", "-3", "0.25", "-0.05", "12.5", "999999999999999"}) {
    const auto number = parse_sweep_decimal(text);
    ASSERT_TRUE(number) << text;
    EXPECT_EQ(format_sweep_decimal(*number), text);
  }
  for (const auto* text : {"", "-", ".5", "5.", "1.2.3", "1e3", "+1", " 1", "1234567890123456"})
    EXPECT_FALSE(parse_sweep_decimal(text)) << text;
}

}  // namespace
}  // namespace jetmeter
