// The contract of every format: a golden file for a whole run and for one that lost a slot, and
// nothing that a slot has is left out. JM_UPDATE_GOLDEN=1 rewrites the golden files.
#include "jetmeter/report.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <regex>

#include "report/columns.h"
#include "report/display.h"
#include "support/sample_record.h"

namespace jetmeter {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const Format& format(std::string_view name) {
  return **std::ranges::find(formats(), name, [](const Format* f) { return f->name; });
}

std::string render(std::string_view name, const Record& record) {
  return format(name).render(record, {});
}

class EveryFormat : public testing::TestWithParam<const Format*> {
 protected:
  void compare(const Record& record, const std::string& name) {
    const auto path = JM_TESTS_DIR "/golden/" + name + std::string(GetParam()->extension);
    const auto actual = GetParam()->render(record, {});
    if (std::getenv("JM_UPDATE_GOLDEN")) std::ofstream(path, std::ios::binary) << actual;
    EXPECT_EQ(actual, read_text(path).value_or("(there is no " + path + ")"));
  }
};

TEST_P(EveryFormat, MatchesItsGoldenFile) {
  compare(sample_record(), "report");
}

TEST_P(EveryFormat, MatchesItsGoldenFileOfAFailure) {
  compare(sample_record_of_a_failure(), "report_failed");
}

TEST_P(EveryFormat, MatchesItsGoldenFileOfABench) {
  compare(sample_record_of_a_bench(), "report_bench");
}

TEST_P(EveryFormat, RendersARecordOfNothing) {
  const auto text = GetParam()->render({}, {});
  EXPECT_FALSE(text.empty());
  EXPECT_EQ(text.back(), '\n');
}

TEST_P(EveryFormat, EndsEveryLineAndKeepsControlCharactersOut) {
  auto record = sample_record_of_a_failure();
  record.slots[1].reason = "a\x1b[31mred\x1b[0m\x07 bell";
  const auto text = GetParam()->render(record, {});
  EXPECT_EQ(text.back(), '\n');
  if (GetParam()->name == "csv") return;  // keeps every byte
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

INSTANTIATE_TEST_SUITE_P(Formats, EveryFormat,
                         testing::ValuesIn(formats().begin(), formats().end()),
                         [](const auto& test) { return std::string(test.param->name); });

// The terminal's table of stages has its unit in the title.
std::string in_text(const Cell& value, Notation notation) {
  if (notation.unit == "ms") notation.unit = "";
  return for_people(value, notation);
}

// On a terminal memory and energy have tables of their own, which the golden files hold.
bool in_a_table_of_its_own(std::string_view key) {
  return key.starts_with("memory_") || key.starts_with("energy_");
}

TEST(TabularFormats, ShowEveryColumnOfEverySlot) {
  const auto record = sample_record();
  const auto markdown = render("markdown", record), text = render("text", record),
             csv = render("csv", record);
  for (const auto& column : slot_columns()) {
    EXPECT_THAT(csv, HasSubstr(std::string(column.key)));
    for (const auto& slot : record.slots) {
      const auto value = column.get(slot);
      if (!value) continue;
      EXPECT_THAT(markdown, HasSubstr(for_people(value, column.notation))) << column.key;
      if (!in_a_table_of_its_own(column.key)) {
        EXPECT_THAT(text, HasSubstr(in_text(value, column.notation))) << column.key;
      }
      EXPECT_THAT(csv, HasSubstr(for_programs(value))) << column.key;
    }
  }
}

TEST(SlotColumns, AllHaveAValueInAWholeRunAndKeysOfTheirOwn) {
  const auto slot = sample_rgb_slot();
  std::vector<std::string_view> keys;
  for (const auto& column : slot_columns()) {
    keys.push_back(column.key);
    const bool cannot_be = column.key == "reason" || column.key == "latency_p999_ms";
    EXPECT_EQ(column.get(slot).has_value(), !cannot_be) << column.key;
  }
  std::ranges::sort(keys);
  EXPECT_EQ(std::ranges::adjacent_find(keys), keys.end());
}

// Every number of a slot that ran nothing is absent, never 0.
TEST(SlotColumns, HaveNoNumberForASlotThatDidNotRun) {
  SlotRecord slot;
  slot.name = "thermal";
  slot.reason = "no model was given";
  for (const auto& column : slot_columns()) {
    const auto value = column.get(slot);
    if (!value) continue;
    EXPECT_TRUE(std::holds_alternative<std::string>(*value)) << column.key;
  }
}

TEST(Csv, KeepsCommasQuotesAndLineEndsInsideTheirField) {
  auto record = sample_record_of_a_failure();
  record.slots[1].reason = "said \"no\", twice\nand left";
  EXPECT_THAT(render("csv", record), HasSubstr("failed,\"said \"\"no\"\", twice\nand left\",,"));
}

TEST(Markdown, KeepsBarsInsideTheirCell) {
  EXPECT_THAT(render("markdown", sample_record()), HasSubstr("| labels | a\\|b |"));
}

TEST(Text, FailedAndSkippedSlotsSayWhy) {
  auto record = sample_record_of_a_failure();
  EXPECT_THAT(render("text", record), HasSubstr("thermal   failed: the worker was killed"));
  record.slots[1].status = SlotStatus::skipped;
  record.slots[1].reason = "not used in this mode";
  EXPECT_THAT(render("text", record), HasSubstr("thermal   skipped: not used in this mode"));
}

TEST(Text, ColorChangesNothingButColor) {
  const auto record = sample_record_of_a_failure();
  const auto colored = format("text").render(record, {.color = true});
  EXPECT_THAT(colored, HasSubstr("\x1b[31mthermal"));
  EXPECT_EQ(std::regex_replace(colored, std::regex("\x1b\\[[0-9]+m"), ""), render("text", record));
}

TEST(Layers, AreTheTwentySlowestAndSayWhatIsLeftOut) {
  auto record = sample_record();
  auto& layers = record.slots[0].layers;
  layers.clear();
  for (int i = 1; i <= 22; ++i)
    layers.push_back({"layer" + std::to_string(i), "Conv", "cpu", 4, i * 8.0, i / 2.0});
  const auto whole = render("markdown", record);
  EXPECT_THAT(whole, HasSubstr("rgb: and 2 more with 1.5 % of the time together"));
  EXPECT_THAT(whole, AllOf(HasSubstr("layer3 "), Not(HasSubstr("layer2 "))));
  EXPECT_LT(whole.find("layer22 "), whole.find("layer21 "));
  EXPECT_THAT(whole, HasSubstr("44.000"));
  const auto brief = render("text", record);
  EXPECT_THAT(brief, HasSubstr("rgb: and 14 more"));
  EXPECT_THAT(brief, AllOf(HasSubstr("layer15 "), Not(HasSubstr("layer14 "))));
}

TEST(LadderSection, SaysWhatWouldTellARungFromNothing) {
  auto record = sample_record_of_a_bench();
  auto& copies = record.slots[0].ladder[1];
  copies.added_ms = 0.5;
  copies.added_low_ms = -0.5;
  copies.added_high_ms = 1.7;
  EXPECT_THAT(render("text", record), HasSubstr("the --min-time: 5 times for copies."));
  copies.added_ms = 0.001;
  EXPECT_THAT(render("text", record), Not(HasSubstr("the --min-time:"))) << "it is next to nothing";
  copies.added_ms = -0.5;
  EXPECT_THAT(render("text", record), Not(HasSubstr("the --min-time:"))) << "no copy takes less";
}

TEST(Layers, AreNotMentionedWithoutAProfile) {
  auto record = sample_record();
  record.slots[0].layers.clear();
  EXPECT_THAT(render("markdown", record), Not(HasSubstr("layer")));
}

TEST(Text, SaysWhatTheSampleCannotCarry) {
  EXPECT_THAT(render("text", sample_record()),
              HasSubstr("rgb: p99.9 needs 2995 frames; there were 400"));
}

TEST(Text, TellsNoCoresWhereNothingCountedThem) {
  auto record = sample_record();
  EXPECT_THAT(render("text", record), HasSubstr(" cores"));
  record.machine.cores = 0;
  for (const auto* format : {"text", "markdown"}) {
    const auto text = render(format, record);
    EXPECT_FALSE(std::regex_search(text, std::regex("\\b0 cores|cores[ |]+0\\b"))) << text;
  }
}

TEST(Text, CountsOneAsOne) {
  auto record = sample_record();
  auto& slot = record.slots[0];
  slot.statistics->effective_n = 1.7;
  EXPECT_THAT(render("markdown", record),
              HasSubstr("rgb: 400 samples are worth 1 independent one; "));
  slot.frames = 1;
  EXPECT_THAT(render("markdown", record), HasSubstr("rgb: 1 sample is worth 1 independent one; "));
}

TEST(Headline, ShowsNothingAsZeroThatIsNot) {
  auto record = sample_record_of_a_bench();
  auto& slot = record.slots[0];
  slot.latency_ms.p50 = 0.000031;
  slot.latency_ms.p99 = 0.0042;
  slot.throughput_fps = 0.013;
  slot.load->found_per_second = 0.02;
  slot.statistics->mad_ms = 0;
  slot.layers[0].total_ms = 0.002;
  slot.layers[0].calls = 100;
  const auto text = render("text", record);
  EXPECT_THAT(text, HasSubstr("0.013 fps · p50 0.000031 ms · p99 0.0042 ms · 0.020 a second "));
  EXPECT_THAT(text, Not(HasSubstr("median deviation")));
  EXPECT_THAT(text, HasSubstr("at least half of them equal, as far as the clock can tell"));
  EXPECT_THAT(text, HasSubstr(" 0.000020 "));
}

TEST(Headline, SaysWhereAFoundRateDidNotHold) {
  auto record = sample_record();
  auto& load = record.slots[0].load.emplace();
  load.found_per_second = 198.1;
  EXPECT_THAT(render("text", record), HasSubstr("198.1 a second held the bound in the search"));
  load.bound_held = true;
  EXPECT_THAT(render("text", record), HasSubstr("198.1 a second hold the bound"));
  load.bound_held = false;
  load.bound_reason = "p90 is 59.5 ms, over 20.0 ms";
  const auto text = render("text", record);
  EXPECT_THAT(text, HasSubstr("198.1 a second were found, but did not hold when measured: p90 is "
                              "59.5 ms, over 20.0 ms"));
  EXPECT_THAT(text, Not(HasSubstr("hold the bound")));
  EXPECT_THAT(text, HasSubstr("the bound did not hold: p90 is 59.5 ms"));
  load.bound_held.reset();
  const auto open = render("text", record);
  EXPECT_THAT(open, HasSubstr("198.1 a second held the bound in the search"));
  EXPECT_THAT(open, HasSubstr("cannot confirm the bound: p90 is 59.5 ms"));
}

TEST(Text, TellsNoGroundTruthFromOneThatDoesNotFit) {
  auto record = sample_record();
  record.slots[0].accuracy.reset();
  record.slots[0].load.reset();
  record.run.warnings.clear();
  EXPECT_THAT(render("text", record), HasSubstr("rgb: accuracy, for want of ground truth"));
  record.run.warnings = {{"ground_truth_unmatched", "none fits", "", "rgb"}};
  EXPECT_THAT(render("text", record), HasSubstr("rgb: accuracy, since the ground truth does not"));
  record.run.warnings[0].slot = "thermal";
  EXPECT_THAT(render("text", record), HasSubstr("rgb: accuracy, for want of ground truth"));
}

TEST(Text, SaysWhyThereIsNoEnergy) {
  auto record = sample_record();
  EXPECT_THAT(render("text", record),
              AllOf(HasSubstr("thermal: energy: no power sensor told what it took\n"),
                    Not(HasSubstr("rgb: energy:"))));
  record.slots[0].energy.reset();
  EXPECT_THAT(render("text", record), HasSubstr("rgb: energy: no power sensor\n"));
  record.telemetry_channels.push_back({"power.gpu0", Unit::watt, 25, 50.0, 40.0, 60.0, 59.0});
  EXPECT_THAT(render("text", record), HasSubstr("rgb: energy: no power sensor told what it took"));
  record.slots[0].frames = 0;
  EXPECT_THAT(render("text", record), Not(HasSubstr("rgb: energy:")));
}

TEST(Text, NamesTheRailAndItsCoverWhole) {
  auto record = sample_record();
  record.slots[0].energy->rail = "VDD_GPU_SOC + VDD_CPU_CV + VIN_SYS_5V0 (tegrastats)";
  const auto text = render("text", record);
  EXPECT_THAT(text, HasSubstr("rgb   VDD_GPU_SOC + VDD_CPU_CV + VIN_SYS_5V0 (tegrastats)  "));
  EXPECT_THAT(text, AllOf(HasSubstr("time covered"), HasSubstr("98 %")));
}

TEST(Text, LongPathsKeepTheirEnd) {
  auto record = sample_record();
  record.slots[0].source->location = std::string(200, 'x') + "/street.mp4";
  const auto text = render("text", record);
  EXPECT_THAT(text, HasSubstr("x/street.mp4"));
  EXPECT_THAT(text, Not(HasSubstr(std::string(60, 'x'))));
}

TEST(Text, ReasonsOfTrialsAreWhole) {
  auto record = sample_record_of_a_bench();
  const std::string reason =
      "the queue grew until the load ended; 22 of 51 still waited, which is 43 % of them";
  auto& trials = record.slots[0].load->trials;
  ASSERT_FALSE(trials.empty());
  trials.front().reason = reason;
  EXPECT_THAT(render("text", record), HasSubstr("  " + reason + "\n"));
}

TEST(DisplayWidth, CountsCellsNotBytes) {
  EXPECT_EQ(display_width("°C"), 2U);
  EXPECT_EQ(display_width("e\u0301"), 1U);
  EXPECT_EQ(display_width("犬"), 2U);
  EXPECT_EQ(display_width("\xff\xfe"), 2U);
  EXPECT_EQ(display_width("\xe7\x8a"), 2U) << "cut short, yet every byte is passed once";
  EXPECT_EQ(padded("°C", 4, Align::right), "  °C");
}

TEST(ShortenedFromTheLeft, FitsAndStaysWhole) {
  EXPECT_EQ(shortened("abcdef", 6), "abcdef");
  EXPECT_EQ(shortened("abcdef", 4), "…def");
  EXPECT_EQ(shortened("ab犬cd犬", 4), "…d犬");
  EXPECT_EQ(display_width(shortened("犬犬犬犬", 4)), 3U) << "half a character is none";
}

}  // namespace
}  // namespace jetmeter
