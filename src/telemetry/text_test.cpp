#include "telemetry/text.h"

#include <gmock/gmock.h>

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::Optional;

TEST(ToNumber, TakesWholeFiniteNumbersOnly) {
  EXPECT_THAT(to_number("-45000"), Optional(-45000.0));
  EXPECT_THAT(to_number("1.53"), Optional(1.53));
  for (const auto* word : {"", "nan", "inf", "-inf", "12x", "1e999", "0x10", " 1"})
    EXPECT_FALSE(to_number(word)) << word;
}

TEST(NumberBetween, NeedsDigitsAndNothingElse) {
  EXPECT_THAT(number_between("pwm7", "pwm", ""), Optional(7u));
  EXPECT_THAT(number_between("oc12_event_cnt", "oc", "_event_cnt"), Optional(12u));
  for (const auto* name : {"", "oc", "oc_event_cnt", "oc1_event_cnt2", "oc1_throt_en",
                           "oc-1_event_cnt", "oc1x_event_cnt", "xoc1_event_cnt"})
    EXPECT_FALSE(number_between(name, "oc", "_event_cnt")) << name;
  EXPECT_FALSE(number_between("aba", "ab", "ba")) << "prefix and suffix overlap";
}

TEST(MeminfoBytes, NeedsTheWholeKeyAndTheUnit) {
  const std::string_view text = "SwapCached: 1 kB\nCached:   3 kB\nHugePages_Total: 7\n";
  EXPECT_THAT(meminfo_bytes(text, "Cached"), Optional(3 * 1024u));
  EXPECT_FALSE(meminfo_bytes(text, "HugePages_Total")) << "a count, not kB";
  EXPECT_FALSE(meminfo_bytes(text, "Mem"));
  EXPECT_FALSE(meminfo_bytes("MemTotal: 18446744073709551615 kB\n", "MemTotal")) << "overflow";
}

TEST(ProcessorList, ReadsRangesAndRefusesTheRest) {
  EXPECT_THAT(processor_list("0-2,5\n"), Optional(ElementsAre(0, 1, 2, 5)));
  EXPECT_THAT(processor_list("0"), Optional(ElementsAre(0)));
  for (const auto* list : {"", "\n", "3-1", "a", "0-", "-1", "0-99999999", "0,,1", "0 1"})
    EXPECT_FALSE(processor_list(list)) << list;
}

TEST(CleanName, EndsAtNulAndKeepsToPrintableAscii) {
  EXPECT_EQ(clean_name(std::string_view("VDD_IN\n\0rest", 12)), "VDD_IN");
  EXPECT_EQ(clean_name("\t two words \nsecond line"), "two words");
  EXPECT_EQ(clean_name("a\xff\x1b[b"), "a??[b");
  EXPECT_EQ(clean_name(std::string(5000, 'x')).size(), 200u);
}

TEST(ColonValue, FindsTheFirstWholeKey) {
  const std::string_view text = "model\t\t: 142\nmodel name\t: A: B\nmodel name\t: C\n";
  EXPECT_THAT(colon_value(text, "model name"), Optional(std::string_view("A: B")));
  EXPECT_FALSE(colon_value(text, "name"));
}

}  // namespace
}  // namespace jetmeter
