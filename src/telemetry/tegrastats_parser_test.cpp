#include <gtest/gtest.h>

#include <sstream>

#include "jetmeter/tegrastats.h"
#include "telemetry/test_tegrastats_lines.h"

namespace jetmeter {
namespace {

using Line = TegrastatsLine;

constexpr double kMega = 1e6;
constexpr std::uint64_t kMiB = 1 << 20;

// "12x4M", "252k".
std::string in_binary_units(std::uint64_t bytes) {
  return bytes % kMiB == 0 && bytes > 0 ? std::to_string(bytes / kMiB) + "M"
                                        : std::to_string(bytes / 1024) + "k";
}

// Everything that was understood, in a fixed order.
class Description {
 public:
  explicit Description(const Line& line) {
    if (!line.timestamp.empty()) next() << "at " << line.timestamp;
    memory("RAM", line.ram, kMiB, 'M');
    memory("SWAP", line.swap, kMiB, 'M');
    memory("IRAM", line.iram, 1024, 'k');
    cores(line.cores);
    for (const auto& one : {line.emc, line.gpu, line.gpu2})
      if (one) engine(*one);
    for (const auto& one : line.engines) engine(one);
    if (line.translation)
      next() << "MTS " << line.translation->foreground_percent << " "
             << line.translation->background_percent;
    for (const auto& one : line.temperatures) temperature(one);
    for (const auto& one : line.rails) rail(one);
  }

  std::string text() const { return text_.str(); }

 private:
  std::ostream& next() {
    if (text_.tellp() > 0) text_ << "; ";
    return text_;
  }

  void memory(std::string_view name, const std::optional<Line::Memory>& memory, std::uint64_t unit,
              char letter) {
    if (!memory) return;
    next() << name << ' ' << memory->used_bytes / unit << '/' << memory->total_bytes / unit
           << letter;
    if (memory->largest_free_block_bytes) {
      text_ << " lfb ";
      if (memory->largest_free_blocks) text_ << *memory->largest_free_blocks << 'x';
      text_ << in_binary_units(*memory->largest_free_block_bytes);
    }
    if (memory->cached_bytes) text_ << " cached " << *memory->cached_bytes / unit << letter;
  }

  void cores(const std::vector<Line::Core>& cores) {
    if (cores.empty()) return;
    next() << "CPU";
    for (const auto& core : cores) {
      if (core.off)
        text_ << " off";
      else
        text_ << ' ' << core.load_percent.value_or(-1);
      if (core.clock_hertz) text_ << '@' << *core.clock_hertz / kMega;
    }
  }

  void engine(const Line::Engine& engine) {
    next() << engine.name;
    if (engine.off) text_ << " off";
    if (engine.load_percent) text_ << ' ' << *engine.load_percent << '%';
    const char* before = " @";
    for (const double clock : engine.clocks_hertz()) {
      text_ << before << clock / kMega;
      before = ",";
    }
  }

  void temperature(const Line::Temperature& sensor) {
    next() << sensor.name << ' ';
    if (sensor.celsius)
      text_ << *sensor.celsius << 'C';
    else
      text_ << "off";
    if (sensor.max_celsius) text_ << " max " << *sensor.max_celsius;
  }

  void rail(const Line::Rail& rail) {
    next() << rail.name << ' ' << rail.watts * 1e3 << "mW";
    if (rail.average_watts) text_ << " avg " << *rail.average_watts * 1e3;
    if (rail.max_watts) text_ << " max " << *rail.max_watts * 1e3;
  }

  std::ostringstream text_;
};

std::string understood(std::string_view text) {
  Line line;
  return parse_tegrastats(text, line) ? Description(line).text() : "no line";
}

TEST(TegrastatsParser, UnderstandsEveryWordOfEveryPublishedLine) {
  Line line;
  for (const auto& published : kPublishedLines) {
    ASSERT_TRUE(parse_tegrastats(published.text, line)) << published.board;
    EXPECT_EQ(Description(line).text(), published.says) << published.board;
    EXPECT_EQ(line.unknown_count, 0u) << published.board << ": " << line.unknown.front();
  }
}

TEST(TegrastatsParser, GivesValuesInTheUnitsOfTheirNames) {
  Line line;
  ASSERT_TRUE(parse_tegrastats(
      "RAM 3/7620MB (lfb 12x4MB) SWAP 1/2GB (cached 5kB) CPU [38%@1497] EMC_FREQ 61%@2133 "
      "tj@58.312C VDD_IN 16321mW/11204mW/20000mW",
      line));
  EXPECT_EQ(line.ram->used_bytes, 3145728u);
  EXPECT_EQ(line.ram->total_bytes, 7990149120u);
  EXPECT_EQ(line.ram->largest_free_block_bytes, 4194304u);
  EXPECT_EQ(line.ram->largest_free_blocks, 12u);
  EXPECT_FALSE(line.ram->cached_bytes);
  EXPECT_EQ(line.swap->total_bytes, 2147483648u);
  EXPECT_EQ(line.swap->cached_bytes, 5120u);
  EXPECT_EQ(line.cores.at(0).load_percent, 38);
  EXPECT_EQ(line.cores.at(0).clock_hertz, 1497e6);
  EXPECT_EQ(line.emc->highest_clock_hertz(), 2133e6);
  EXPECT_EQ(line.temperatures.at(0).celsius, 58.312);
  EXPECT_DOUBLE_EQ(line.rails.at(0).watts, 16.321);
  EXPECT_DOUBLE_EQ(*line.rails.at(0).average_watts, 11.204);
  EXPECT_DOUBLE_EQ(*line.rails.at(0).max_watts, 20);
}

TEST(TegrastatsParser, ReadsTheOldFormOfTheCores) {
  EXPECT_EQ(understood("RAM 900/3956MB CPU [11%,0%,off,7%]@1734"),
            "RAM 900/3956M; CPU 11@1734 0@1734 off 7@1734");
}

TEST(TegrastatsParser, CoreThatIsOffHasNoLoad) {
  Line line;
  ASSERT_TRUE(parse_tegrastats("CPU [0%@729,off]", line));
  EXPECT_FALSE(line.cores.at(0).off);
  EXPECT_EQ(line.cores.at(0).load_percent, 0);
  EXPECT_TRUE(line.cores.at(1).off);
  EXPECT_FALSE(line.cores.at(1).load_percent);
  EXPECT_FALSE(line.cores.at(1).clock_hertz);
}

TEST(TegrastatsParser, ReadsEveryFormOfTheGpu) {
  EXPECT_EQ(understood("GR3D_FREQ 0%"), "GR3D 0%");
  EXPECT_EQ(understood("GR3D_FREQ @0"), "GR3D @0");
  EXPECT_EQ(understood("GR3D_FREQ 0%@114"), "GR3D 0% @114");
  EXPECT_EQ(understood("GR3D_FREQ 5%@114 GR3D2_FREQ 3%@204"), "GR3D 5% @114; GR3D2 3% @204");
  EXPECT_EQ(understood("GR3D_FREQ 99%@[612]"), "GR3D 99% @612");
  EXPECT_EQ(understood("GR3D_FREQ 39%@[305,0]"), "GR3D 39% @305,0");
  EXPECT_EQ(understood("GR3D_FREQ @[0,0,0]"), "GR3D @0,0,0");
  EXPECT_EQ(understood("GR3D_FREQ @[1000,900,1100]"), "GR3D @1000,900,1100");
  Line line;
  ASSERT_TRUE(parse_tegrastats("GR3D_FREQ @[1000,900,1100]", line));
  EXPECT_EQ(line.gpu->highest_clock_hertz(), 1100e6);
  EXPECT_FALSE(line.gpu->load_percent);
  ASSERT_TRUE(parse_tegrastats("GR3D_FREQ @[0,0,0]", line));
  EXPECT_FALSE(line.gpu->highest_clock_hertz()) << "gated";
  ASSERT_TRUE(parse_tegrastats("GR3D_FREQ 7%", line));
  EXPECT_FALSE(line.gpu->highest_clock_hertz());
}

TEST(TegrastatsParser, ReadsEveryFormOfTheEngines) {
  EXPECT_EQ(understood("VIC_FREQ 729 VIC 36%@115 VIC off NVENC0_FREQ @0 NVDLA0_FREQ @1600 "
                       "PVA0_FREQ off NVJPG1 729 MSENC 716 OFA off APE 174"),
            "VIC @729; VIC 36% @115; VIC off; NVENC0 @0; NVDLA0 @1600; PVA0 off; NVJPG1 @729; "
            "MSENC @716; OFA off; APE @174");
}

TEST(TegrastatsParser, TellsEnginesRailsAndSensorsOfOneNameApart) {
  EXPECT_EQ(understood("GPU@28C CPU@28.5C GPU 1155/1000 CPU 385/300 NVENC 716"),
            "NVENC @716; GPU 28C; CPU 28.5C; GPU 1155mW avg 1000; CPU 385mW avg 300");
}

TEST(TegrastatsParser, SensorWithoutPowerHasNoTemperatureButAColdOneHas) {
  EXPECT_EQ(understood("CV0@-256C BCPU@-45C GPU@-0.5C cpu@-256C/-256C gpu@-256C/40C"),
            "CV0 off; BCPU -45C; GPU -0.5C; cpu off; gpu off max 40");
}

TEST(TegrastatsParser, RailOfNoPowerReadsZero) {
  EXPECT_EQ(understood("RAM 1/2MB VDD_GPU 0mW/0mW"), "RAM 1/2M; VDD_GPU 0mW avg 0");
}

TEST(TegrastatsParser, KeepsWhatItDoesNotUnderstandAndReadsOn) {
  Line line;
  ASSERT_TRUE(
      parse_tegrastats("RAM 1/2MB FOO 12%@300 CPU [1%@2] BAR baz EMC_FREQ 3%@665 A@1C B@2C", line));
  EXPECT_EQ(Description(line).text(), "RAM 1/2M; CPU 1@2; EMC 3% @665; A 1C; B 2C");
  EXPECT_EQ(line.unknown_count, 4u);
  EXPECT_EQ(line.unknown, (std::vector<std::string_view>{"FOO", "12%@300", "BAR", "baz"}));
}

TEST(TegrastatsParser, ALineOfTomorrowIsALineHoweverMuchOfItIsNew) {
  Line line;
  ASSERT_TRUE(
      parse_tegrastats("RAM 1/2MB CPU [1%@2] a b c d e f VDD_IN 5000mW/4000mW g h i j k l", line));
  EXPECT_EQ(Description(line).text(), "RAM 1/2M; CPU 1@2; VDD_IN 5000mW avg 4000");
  EXPECT_EQ(line.unknown_count, 12u);
  EXPECT_EQ(understood("a b c RAM 1/2MB d e f"), "RAM 1/2M");
  EXPECT_EQ(understood("a b c CPU [off] d e f"), "CPU off");
  for (const auto* noise : {"a b GR3D_FREQ 7% c d", "a b tj@42C c d", "a b VDD_IN 5mW/5mW c d",
                            "a b CPU [1,2,3] c d", "a b RAM 1/2MBx c d", "a b SWAP 1/2MB c d"})
    EXPECT_EQ(understood(noise), "no line") << noise;
}

TEST(TegrastatsParser, DamagedMemoryIsNoMemory) {
  EXPECT_EQ(understood("CPU [1%@2] RAM 1/2MBx SWAP 1/2MB)"), "CPU 1@2");
}

TEST(TegrastatsParser, CoreThatCannotBeReadKeepsItsPlace) {
  Line line;
  ASSERT_TRUE(parse_tegrastats("RAM 1/2MB CPU [1%@2,idle,3%@4,5%@,6%@7x]", line));
  EXPECT_EQ(Description(line).text(), "RAM 1/2M; CPU 1@2 -1 3@4 -1 -1");
  EXPECT_FALSE(line.cores.at(1).off);
  EXPECT_EQ(line.unknown, (std::vector<std::string_view>{"idle", "5%@", "6%@7x"}));
}

TEST(TegrastatsParser, CoreIsNoBusierThanWholly) {
  Line line;
  ASSERT_TRUE(parse_tegrastats("RAM 1/2MB CPU [938%@1497,100%@2,38%@0,7%@999999]", line));
  EXPECT_EQ(Description(line).text(), "RAM 1/2M; CPU -1 100@2 38 -1");
  EXPECT_EQ(line.unknown, (std::vector<std::string_view>{"938%@1497", "7%@999999"}));
  EXPECT_EQ(understood("RAM 1/2MB CPU [11%,off]@0"), "RAM 1/2M; CPU 11 off");
}

TEST(TegrastatsParser, ThereMayBeNoSwap) {
  EXPECT_EQ(understood("RAM 1/2MB SWAP 0/0MB (cached 0MB)"), "RAM 1/2M; SWAP 0/0M cached 0M");
}

TEST(TegrastatsParser, LineOfNothingButDamageIsNone) {
  EXPECT_EQ(understood("RAM 6712/0MB CPU [938%@1497] EMC_FREQ 400%@0 GR3D_FREQ 9999%@[612] "
                       "gpu@99999C VDD_IN 99999999999999999999999mW/1mW"),
            "no line");
}

// Fields that a cut or a stray byte has spoilt, or that no board can have.
constexpr std::string_view kDamaged[] = {"RAM 13/76",
                                         "RAM 13/76M",
                                         "RAM 1/2MB (lfb 1x4MB",
                                         "RAM 1/2TB",
                                         "SWAP 12/34",
                                         "IRAM 0/252",
                                         "CPU [1%@2,3%@",
                                         "CPU [1%]x",
                                         "CPU 12%",
                                         "EMC_FREQ",
                                         "EMC_FREQ 12/34",
                                         "EMC_FREQ 1%@",
                                         "GR3D_FREQ 1%@[",
                                         "GR3D_FREQ 1%@[1,]",
                                         "GR3D_FREQ @[1,2,3,4,5,6,7,8,9]",
                                         "GR3D_FREQ 1%2",
                                         "VIC on",
                                         "MTS fg 1%",
                                         "gpu@49.3",
                                         "gpu@C",
                                         "gpu@1.C",
                                         "gpu@--1C",
                                         "gpu@1C/",
                                         "gpu@1C/2",
                                         "@49C",
                                         "VDD_IN 5251mW/",
                                         "VDD_IN 5251mW/85",
                                         "VDD_IN 5251/85mW",
                                         "VDD_IN 1/2/3/4",
                                         "VDD_IN 1mW/2mW/",
                                         "VDD_IN 5251mW",
                                         "VDD_IN -1/2",
                                         "Epoch 3/10",
                                         "7 3/10",
                                         "VDD_IN 9999999999999999/1",
                                         "RAM 99999999999999999999/1MB",
                                         "RAM 1/18446744073709551615GB",
                                         "RAM 6712/0MB",
                                         "RAM 0/0MB",
                                         "RAM 7/6MB (lfb 1x4MB)",
                                         "SWAP 7/6MB",
                                         "EMC_FREQ 400%@0",
                                         "GR3D_FREQ 9999%@[612]",
                                         "GR3D_FREQ 101%",
                                         "GR3D_FREQ 7%@[612,999999]",
                                         "VIC_FREQ 999999",
                                         "MTS fg 101% bg 1%",
                                         "MTS fg 1% bg 101%",
                                         "gpu@99999C",
                                         "gpu@-201C",
                                         "gpu@40C/201C"};

TEST(TegrastatsParser, DoesNotGuessAtDamagedFields) {
  for (const auto damaged : kDamaged) {
    const auto text =
        "NVDEC off NVJPG off VIC off OFA off APE 200 cpu@48.562C " + std::string(damaged);
    Line line;
    ASSERT_TRUE(parse_tegrastats(text, line)) << damaged;
    EXPECT_EQ(Description(line).text(),
              "NVDEC off; NVJPG off; VIC off; OFA off; APE @200; cpu 48.562C")
        << damaged;
    EXPECT_GT(line.unknown_count, 0u) << damaged;
  }
}

TEST(TegrastatsParser, TellsOtherTextFromLines) {
  for (const std::string_view other :
       {"", " ", "\n", "nvidia@linux:~$ sudo /usr/bin/tegrastats", "[sudo] password for nvidia: ",
        "Tue Jan 26 18:22:31 UTC 2021", "10-08-2026 04:35:02", "STEP 3/10", "Epoch 3/10 GPU 4/5",
        "[07/21/2025-16:33:42] [I] GPU Compute Time: min = 1.2 ms", "we saw tj@42C on a hot day",
        "CPU@", "\xff\xfe\x80\x01", "RAM"}) {
    Line line;
    EXPECT_FALSE(parse_tegrastats(other, line)) << other;
    EXPECT_TRUE(line.timestamp.empty() && !line.ram && line.cores.empty() && line.rails.empty() &&
                line.temperatures.empty())
        << other;
  }
  EXPECT_EQ(understood("nvidia@linux:~$ tegrastats\tRAM 1/2MB CPU [off] tj@4C\r"),
            "RAM 1/2M; CPU off; tj 4C")
      << "a line after a prompt is one";
}

TEST(TegrastatsParser, BoundsWhatItKeepsOfRubbish) {
  Line line;
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += "x ";
  EXPECT_FALSE(parse_tegrastats(text, line));
  EXPECT_EQ(line.unknown_count, 100'000u);
  EXPECT_EQ(line.unknown.size(), Line::kMostUnknownKept);
  EXPECT_FALSE(parse_tegrastats(std::string(1 << 20, '9'), line));
  EXPECT_FALSE(parse_tegrastats("CPU [" + std::string(1 << 20, ','), line));
  EXPECT_EQ(line.unknown_count, 2u);
}

TEST(TegrastatsParser, ForgetsTheLineBefore) {
  Line line;
  for (const auto& published : kPublishedLines) {
    for (const auto& other : kPublishedLines) {
      ASSERT_TRUE(parse_tegrastats(other.text, line));
      ASSERT_TRUE(parse_tegrastats(published.text, line));
      ASSERT_EQ(Description(line).text(), published.says);
    }
  }
}

TEST(TegrastatsParser, StaysInsideTheTextWhereverItIsCut) {
  Line line;
  for (const auto& published : kPublishedLines) {
    for (std::size_t length = 0; length <= published.text.size(); ++length) {
      const std::string cut(published.text.substr(0, length));  // so that a sanitizer sees its end
      parse_tegrastats(cut, line);
      for (const auto& word : line.unknown) {
        EXPECT_GE(word.data(), cut.data());
        EXPECT_LE(word.data() + word.size(), cut.data() + cut.size());
      }
    }
  }
}

}  // namespace
}  // namespace jetmeter
