#include "monitor/screen.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "monitor/cells.h"
#include "monitor/view_json.h"
#include "monitor/view_test.h"

namespace jetmeter {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += line + "\n";
  return text;
}

// Compares with tests/golden; JM_UPDATE_GOLDEN=1 writes it.
void expect_golden(const std::string& text, const std::string& name) {
  const auto path = std::filesystem::path(JM_TESTS_DIR) / "golden" / name;
  if (std::getenv("JM_UPDATE_GOLDEN")) std::ofstream(path, std::ios::binary) << text;
  std::ostringstream golden;
  golden << std::ifstream(path, std::ios::binary).rdbuf();
  EXPECT_EQ(text, golden.str()) << name;
}

TEST(Screen, OfAUnifiedBoardInASmallTerminal) {
  expect_golden(joined(render_screen(view_of_board("orin-nano-super"), {})),
                "monitor_orin_80x24.txt");
}

TEST(Screen, OfAUnifiedBoardInALargeTerminal) {
  expect_golden(joined(render_screen(view_of_board("orin-nano-super"), {120, 40})),
                "monitor_orin_120x40.txt");
}

TEST(Screen, OfAHostWithoutAGpu) {
  expect_golden(joined(render_screen(view_of_board("x86-host"), {})), "monitor_x86_80x24.txt");
}

TEST(Screen, InAsciiHasNothingElse) {
  const auto lines = render_screen(view_of_board("orin-nano-super"), {80, 24, true});
  for (const char c : joined(lines)) EXPECT_TRUE(c == '\n' || (c >= ' ' && c <= '~'));
  expect_golden(joined(lines), "monitor_orin_ascii.txt");
}

TEST(Screen, FillsTheWindowAndNoCellMore) {
  auto view = view_of_board("orin-nano-super");
  view.message = std::string(300, 'x');
  for (const bool help : {false, true}) {
    view.help = help;
    for (std::size_t width = 1; width <= 200; width += 7) {
      for (std::size_t height = 1; height <= 60; ++height) {
        const auto lines = render_screen(view, {width, height, false, true});
        ASSERT_EQ(lines.size(), height) << width << " x " << height;
        for (const auto& line : lines) ASSERT_LE(cell_count(line), width) << line;
      }
    }
  }
}

TEST(Screen, SaysThatAWindowIsTooSmall) {
  const auto lines = render_screen(view_of_board("orin-nano-super"), {40, 10});
  EXPECT_EQ(lines.front(), "40 x 10 cells: too small, I need 60 x 16");
  EXPECT_EQ(lines.size(), 10U);
}

TEST(Screen, OfNothingShowsDashesAndNoZero) {
  const auto text = joined(render_screen({}, {}));
  EXPECT_THAT(text, HasSubstr("nothing here tells of memory"));
  EXPECT_THAT(text, HasSubstr("nothing here tells of processes"));
  EXPECT_THAT(text, Not(HasSubstr("0 %")));
  EXPECT_THAT(text, Not(HasSubstr("0 B")));
}

TEST(Screen, TellsNoCoresWhereNothingCountedThem) {
  auto view = view_of_board("orin-nano-super");
  EXPECT_THAT(render_screen(view, {})[1], HasSubstr("6 cores"));
  EXPECT_THAT(view_as_json(view), HasSubstr(R"("cores": 6,)"));
  view.machine->cores = 0;
  EXPECT_THAT(render_screen(view, {})[1], Not(HasSubstr("cores")));
  EXPECT_THAT(view_as_json(view), HasSubstr(R"("cores": null,)"));
}

TEST(Screen, HasColoursOnlyWhenAskedFor) {
  const auto view = view_of_board("orin-nano-super");
  EXPECT_THAT(joined(render_screen(view, {})), Not(HasSubstr("\x1b")));
  EXPECT_THAT(joined(render_screen(view, {80, 24, false, true})), HasSubstr("\x1b[1m"));
}

TEST(Screen, OfARecordingSaysWhereItIsAndWhatItCouldNotRead) {
  auto view = view_of_board("orin-nano-super");
  view.replay = ReplayState{"run/metrics.jsonl", 0.37, 12, 4, false};
  view.paused = true;
  EXPECT_THAT(joined(render_screen(view, {})),
              HasSubstr("paused, recording 37 %, 4x, 12 lines not understood"));
}

TEST(Screen, NamesTheWordsThatATegrastatsOfTomorrowSays) {
  auto view = view_of_board("orin-nano-super");
  view.unknown = {{"tegrastats", {{"FOO", "12%@300"}, 8, true}}};
  EXPECT_THAT(joined(render_screen(view, {})),
              HasSubstr("\ntegrastats: 8 words not understood: FOO, 12%@300, …\n"));
  const auto json = view_as_json(view);
  EXPECT_THAT(json, HasSubstr(R"("source": "tegrastats")"));
  EXPECT_THAT(json, HasSubstr(R"("count": 8)"));
  EXPECT_THAT(json, HasSubstr(R"("12%@300")"));
  EXPECT_THAT(view_as_json({}), HasSubstr(R"("unknown_words": [])"));
}

TEST(Screen, SaysHowManyOfTheLargestBlocksAreFree) {
  MonitorView view;
  const auto with = [&](double size, std::optional<double> count) {
    view.channels = {{"memory.largest_free_block", Unit::byte, "paging", size, {}}};
    if (count)
      view.channels.push_back({"memory.largest_free_blocks", Unit::count, "paging", *count, {}});
    return joined(render_screen(view, {120, 40}));
  };
  EXPECT_THAT(with(4 << 20, 12), HasSubstr("largest blocks 12x4 MiB"));
  EXPECT_THAT(with(512 << 10, 1), HasSubstr("largest blocks 1x512 KiB"));
  EXPECT_THAT(with(2 << 20, std::nullopt), HasSubstr("largest block 2 MiB")) << "not told";
}

TEST(Screen, HelpSaysWhyASourceIsMissing) {
  auto view = view_of_board("orin-nano-super");
  view.help = true;
  view.missing = {{"rapl", "no /sys/class/powercap"}};
  const auto text = joined(render_screen(view, {}));
  EXPECT_THAT(text, HasSubstr("rapl: no /sys/class/powercap"));
  EXPECT_THAT(text, HasSubstr("q, Esc, Ctrl-C"));
}

TEST(Screen, CountsWhatItLeavesOut) {
  MonitorView view;
  for (int rail = 0; rail < 9; ++rail)
    view.channels.push_back(
        {"power.RAIL" + std::to_string(rail), Unit::watt, "hwmon_power", 1.0 + rail, {}});
  for (int zone = 0; zone < 9; ++zone)
    view.channels.push_back(
        {"temperature.z" + std::to_string(zone), Unit::celsius, "thermal", 40.0 + zone, {}});
  const auto shown = [](const std::string& text, std::string_view what) {
    std::size_t count = 0;
    for (auto at = text.find(what); at != text.npos; at = text.find(what, at + 1)) ++count;
    return count;
  };
  for (const std::size_t height : {16U, 18U, 20U, 24U, 60U}) {
    const auto text = joined(render_screen(view, {80, height}));
    const auto rails = shown(text, "RAIL"), zones = shown(text, ".0°C");
    const auto heading = [](std::string_view name, std::size_t count) {
      return std::string(name) + (count < 9 ? fmt::format(" (+{} more) ", 9 - count) : " ─");
    };
    EXPECT_THAT(text, HasSubstr(heading("Power", rails))) << height;
    EXPECT_THAT(text, HasSubstr(heading("Temperature", zones))) << height;
  }
}

TEST(Screen, SaysWhatTheBoardsPowerIsTheSumOf) {
  const auto text = joined(render_screen(view_of_board("agx-orin-64-jp6"), {80, 60}));
  const std::string sum =
      "\nboard \\(3 rails\\) .* W .*\n\\+ VDD_GPU_SOC .* W .*\n\\+ VDD_CPU_CV .* W "
      ".*\n\\+ VIN_SYS_5V0 .* W ";
  EXPECT_THAT(text, testing::ContainsRegex(sum));
  const auto with = joined(render_screen(view_of_board("agx-orin-64-jp5"), {80, 60}));
  EXPECT_THAT(with, testing::ContainsRegex(sum + ".*\n  VDDQ_VDD2_1V8AO .* W ")) << "in no sum";
}

TEST(Screen, ShowsARailThatIsTheWholeBoardOnce) {
  const auto text = joined(render_screen(view_of_board("orin-nano-super"), {80, 60}));
  EXPECT_THAT(text, testing::ContainsRegex("\nboard = VDD_IN .* W .*\n  VDD_CPU_GPU_CV .* W "));
  EXPECT_EQ(text.find("VDD_IN"), text.rfind("VDD_IN"));
}

TEST(Screen, ShowsARailWithoutCurrentAsOff) {
  const auto view = view_of_board("agx-thor");
  ASSERT_EQ(view.value("power.VDD_GPU"), 0.0);
  ASSERT_TRUE(view.value("power.board")) << "a sum of which nothing is missing";
  EXPECT_THAT(joined(render_screen(view, {80, 60})),
              testing::ContainsRegex("\n\\+ VDD_GPU +off .*\n\\+ VDD_CPU_SOC_MSS +4\\.16 W "));
}

TEST(Screen, DoesNotIndentRailsOfAMachineWhoseTotalIsNotKnown) {
  MonitorView view;
  view.channels = {{"power.VDD_CPU", Unit::watt, "hwmon_power", 2.0, {}},
                   {"power.VDD_GPU", Unit::watt, "hwmon_power", 3.0, {}}};
  EXPECT_THAT(joined(render_screen(view, {})),
              testing::ContainsRegex("\nVDD_CPU .* W .*\nVDD_GPU .* W "));
}

// 100 degrees that nothing measured are no alarm, and the first to be left out.
TEST(Screen, ShowsAConstantTemperatureLastAndWithoutAColour) {
  MonitorView view;
  for (const auto& [zone, celsius] :
       {std::pair("PMIC", 100.0), std::pair("GPU-therm", 95.0), std::pair("Tboard_tegra", 40.0)})
    view.channels.push_back(
        {std::string("temperature.") + zone, Unit::celsius, "thermal", celsius, {}});
  const auto text = joined(render_screen(view, {120, 40, false, true}));
  const auto painted_as = [](std::string_view degrees, Tone tone) {
    return painted(right_in(degrees, 7), tone, true);
  };
  EXPECT_THAT(text, HasSubstr(painted_as("95.0°C", Tone::alarm)));
  EXPECT_THAT(text, HasSubstr(painted_as("40.0°C", Tone::good)));
  EXPECT_THAT(text, HasSubstr("pmic 100.0°C (constant)"));
  EXPECT_LT(text.find("gpu "), text.find("tboard "));
  EXPECT_LT(text.find("tboard "), text.find("pmic "));
}

TEST(Screen, TellsACoreThatIsOffFromOneWhoseLoadIsNotKnown) {
  MonitorView view;
  const auto add = [&](const std::string& name, std::optional<double> value) {
    view.channels.push_back({name, Unit::none, "cpu", value, {}});
  };
  for (const auto* core : {"0", "1", "2"}) add(std::string("load.cpu") + core, std::nullopt);
  EXPECT_THAT(joined(render_screen(view, {})), HasSubstr("cores   ?   ?   ? %"));
  add("clock.cpu0", 1e9);
  add("clock.cpu1", std::nullopt);
  EXPECT_THAT(joined(render_screen(view, {})), HasSubstr("cores   ?   -   ? %"))
      << "nothing tells of the third one's clock";
  view.channels[0].latest = 50;
  EXPECT_THAT(joined(render_screen(view, {})), HasSubstr("cores  50   -   - %"));
  for (int core = 3; core < 16; ++core) {
    add("load.cpu" + std::to_string(core), std::nullopt);
    add("clock.cpu" + std::to_string(core), core == 4 ? std::optional(1e9) : std::nullopt);
  }
  EXPECT_THAT(joined(render_screen(view, {})), HasSubstr("cores ▅---?-----------"));
}

TEST(Screen, CountsAConstantTemperatureThatItLeavesOut) {
  MonitorView view;
  view.channels = {{"temperature.PMIC", Unit::celsius, "thermal", 100.0, {}}};
  EXPECT_THAT(joined(render_screen(view, {60, 24})), HasSubstr("pmic 100.0°C (constant)\n"));
  for (int zone = 0; zone < 9; ++zone)
    view.channels.push_back(
        {"temperature.z" + std::to_string(zone), Unit::celsius, "thermal", 40.0 + zone, {}});
  const auto text = joined(render_screen(view, {80, 16}));
  EXPECT_THAT(text, Not(HasSubstr("pmic")));
  const auto shown = [&] {
    std::size_t count = 0;
    for (auto at = text.find(".0°C"); at != text.npos; at = text.find(".0°C", at + 1)) ++count;
    return count;
  }();
  EXPECT_THAT(text, HasSubstr(fmt::format("Temperature (+{} more) ", 10 - shown)));
}

TEST(Screen, OfALargeBoardInASmallTerminalCountsItsOtherRails) {
  const auto view = view_of_board("agx-orin-64-jp6");
  const auto rails = view.subjects("power.").size();
  const auto text = joined(render_screen(view, {}));
  EXPECT_THAT(joined(render_screen(view, {80, 60})), Not(HasSubstr("more)")));
  std::size_t shown = 0;
  for (const auto& rail : view.subjects("power."))
    shown += text.find(rail == "board" ? "\nboard (3 rails) " : " " + rail + " ") != text.npos;
  ASSERT_LT(shown, rails);
  EXPECT_THAT(text, HasSubstr(fmt::format("Power (+{} more) ", rails - shown)));
}

TEST(Screen, HelpTellsReasonsWhole) {
  auto view = view_of_board("orin-nano-super");
  view.help = true;
  const std::string reason =
      "no energy counter (intel-rapl:*) in '/sys/class/powercap'; only x86 processors have them, "
      "and this is none";
  view.missing.assign(9, {"rapl", reason});
  const auto text = [&](std::size_t height) {
    const auto screen = joined(render_screen(view, {80, height}));
    auto all = screen.substr(screen.find("Sources that"));
    for (auto at = all.find("\n  "); at != all.npos; at = all.find("\n  ", at))
      all.replace(at, 3, " ");
    return all;
  };
  EXPECT_THAT(text(60), HasSubstr("rapl: " + reason + "\n"));
  EXPECT_THAT(text(60), Not(HasSubstr("more)")));
  EXPECT_THAT(text(60), Not(HasSubstr("…")));
  EXPECT_THAT(text(24), HasSubstr("rapl: " + reason + "\n"));
  view.scroll = help_extent(view, {}).last();
  EXPECT_THAT(joined(render_screen(view, {})), Not(HasSubstr("q, Esc, Ctrl-C")));
  EXPECT_THAT(joined(render_screen(view, {})), HasSubstr("rapl: no energy counter"));
}

TEST(Screen, WithoutAHeightCutsNothingThatIsSaidInWords) {
  auto view = view_of_board("orin-nano-super");
  std::string words;
  for (int i = 0; i < 40; ++i) words += "word" + std::to_string(i) + " ";
  view.message = words + "end_of_the_message";
  view.process_note = words + "end_of_the_note";
  view.missing.assign(12, {"a_source_with_a_long_name", "not in this test"});
  view.missing.push_back({"the_last_source", "not in this test"});
  view.unknown = {{"tegrastats", {{std::string(90, 'x'), "last_word"}, 2, false}}};
  const auto lines = render_screen(view, {80, 0, false, false, false});
  for (const auto& line : lines) {
    EXPECT_LE(cell_count(line), 80U) << line;
    EXPECT_THAT(line, Not(HasSubstr("…")));
  }
  const auto text = joined(lines);
  for (const auto* what : {"end_of_the_message", "end_of_the_note", "the_last_source", "last_word",
                           "GPU · Linux 5.15.148-tegra"})
    EXPECT_THAT(text, HasSubstr(what));
  EXPECT_THAT(joined(render_screen(view, {})), HasSubstr("…")) << "a window has its height";
}

TEST(Screen, WithoutAHeightSaysALongNameWhole) {
  MonitorView view;
  view.replay = ReplayState{std::string(70, 'a') + " log", 1.0, 0, 1, true};
  view.local_time = "2025-07-21T16:33:42";
  const auto lines = render_screen(view, {80, 0, false, false, false});
  EXPECT_EQ(lines[0], view.replay->name);
  EXPECT_THAT(lines[1], testing::EndsWith(" 2025-07-21 16:33:42 local time"));
  EXPECT_EQ(cell_count(lines[1]), 80U);
}

TEST(Screen, WithoutAHeightKeepsWithinEveryWidth) {
  auto view = view_of_board("agx-orin-64-jp6");
  view.message = std::string(300, 'x');
  for (std::size_t width = 1; width <= 120; ++width)
    for (const auto& line : render_screen(view, {width, 0, false, true, false}))
      ASSERT_LE(cell_count(line), width) << line;
}

TEST(Screen, BelowTheLeastWidthIsOneBlockBelowTheOther) {
  const auto text =
      joined(render_screen(view_of_board("orin-nano-super"), {40, 0, false, false, false}));
  for (const auto* amount : {"7.44 GiB", "57.1°C", "16.3 W", "2140 rpm", "python3", "1.20 GiB"})
    EXPECT_THAT(text, HasSubstr(amount));
  EXPECT_THAT(text, HasSubstr("\nTemperature ─"));
}

TEST(Screen, NamesTheModuleFirstAndTheModelWhereThereIsRoom) {
  auto view = view_of_board("orin-nano-super");
  const std::string module = "Jetson Orin Nano 8GB Super (p3767-0005)";
  const auto title = [&](std::size_t width) { return render_screen(view, {width, 24}).front(); };
  EXPECT_THAT(title(64), StartsWith(module + " "));
  EXPECT_THAT(title(120), Not(HasSubstr("NVIDIA")));
  EXPECT_THAT(title(140), StartsWith(module + " · " + view.machine->board->model + " "));
  view.machine->board->part_number.reset();
  EXPECT_THAT(title(80), StartsWith("Jetson Orin Nano 8GB Super  "));
  view.machine->board->module.reset();
  EXPECT_THAT(title(80), StartsWith("NVIDIA Jetson Orin Nano Engineering"));
  EXPECT_THAT(render_screen(view, {80, 24})[1], HasSubstr("JetPack 6.2"));
}

TEST(Screen, ShowsThePidsOfLinuxWhole) {
  MonitorView view;
  view.processes = {{4194304, "largest", 1 << 30, {}, {}}, {77, "small", 1 << 20, {}, {}}};
  for (const std::size_t width : {60U, 80U, 120U}) {
    const auto text = joined(render_screen(view, {width, 24}));
    EXPECT_THAT(text, HasSubstr("4194304 largest"));
    EXPECT_THAT(text, HasSubstr("     77 small"));
  }
}

TEST(Screen, PutsTheMemoryOfADiscreteGpuBesideTheRam) {
  MonitorView view;
  view.ledger.architecture = MemoryArchitecture::discrete;
  view.ledger.pools = {
      {"RAM", PoolBytes(std::uint64_t{16} << 30), PoolBytes(std::uint64_t{12} << 30)}};
  const double gib = 1 << 30;
  view.channels = {{"memory.gpu0_used", Unit::byte, "nvml", 6 * gib, {}},
                   {"memory.gpu0_total", Unit::byte, "nvml", 8 * gib, {}}};
  const auto text = joined(render_screen(view, {}));
  EXPECT_THAT(text, HasSubstr("RAM, and VRAM beside it"));
  EXPECT_THAT(text, testing::ContainsRegex("RAM .* 16.0 GiB  4.00 GiB in use, 25 %"));
  EXPECT_THAT(text, testing::ContainsRegex("VRAM 0 .* 8.00 GiB  6.00 GiB in use, 75 %"));
}

TEST(Screen, ShowsTheMemoryOfADiscreteGpuOnce) {
  MonitorView view;
  view.ledger.architecture = MemoryArchitecture::discrete;
  view.ledger.pools = {
      {"RAM", PoolBytes(std::uint64_t{16} << 30), {}},
      {"VRAM 0", PoolBytes(std::uint64_t{8} << 30), PoolBytes(std::uint64_t{2} << 30)}};
  const double gib = 1 << 30;
  view.channels = {{"memory.gpu0_total", Unit::byte, "nvml", 8 * gib, {}},
                   {"memory.gpu1_total", Unit::byte, "nvml", 4 * gib, {}}};
  const auto text = joined(render_screen(view, {}));
  const auto first = text.find("VRAM 0");
  ASSERT_NE(first, text.npos);
  EXPECT_EQ(text.find("VRAM 0", first + 1), text.npos) << text;
  EXPECT_THAT(text, HasSubstr("VRAM 1")) << "which is no pool of the ledger";
}

// Where there is room for one thing, that is the same on every board.
TEST(Screen, SaysOfNvMapFirstThatItIsAPartOfTheDram) {
  for (const auto note : {kNvmapNote, kNvmapListNote}) {
    auto view = view_of_board("orin-nano-super");
    for (auto& part : view.ledger.views)
      if (part.name == kNvmapView) part.note = note;
    EXPECT_THAT(joined(render_screen(view, {})),
                testing::ContainsRegex("NvMap \\(GPU\\) .* GiB  a part of the DRAM\n"));
  }
}

// On a Jetson as it comes swap is zram, which takes memory itself.
TEST(Screen, SaysWhereSwapLies) {
  auto view = view_of_board("orin-nano-super");
  const std::vector<std::pair<SwapPlace, std::string>> labels{
      {SwapPlace::in_memory, "Swap, zram within the DRAM "},
      {SwapPlace::beside_memory, "Swap, beside it "},
      {SwapPlace::both, "Swap, partly zram within it "},
      {SwapPlace::unknown, "Swap   "}};
  EXPECT_EQ(view.ledger.swap, SwapPlace::in_memory);
  for (const auto& [place, label] : labels) {
    view.ledger.swap = place;
    EXPECT_THAT(joined(render_screen(view, {})), HasSubstr("\n" + label));
  }
}

TEST(ViewAsJson, WhatIsSwappedOutIsAPartOfNothing) {
  const auto json = nlohmann::json::parse(view_as_json(view_of_board("orin-nano-super")));
  for (const auto& view : json.at("memory").at("views"))
    EXPECT_EQ(view.at("part_of").is_null(), view.at("name") == "swapped out") << view.at("name");
}

TEST(ViewAsJson, HasUnitsInItsKeysAndNullForWhatIsUnknown) {
  const auto text = view_as_json(view_of_board("orin-nano-super"));
  EXPECT_THAT(text, HasSubstr(R"("schema": "jetmeter.monitor/1")"));
  EXPECT_THAT(text, HasSubstr(R"("architecture": "unified")"));
  EXPECT_THAT(text, HasSubstr(R"("total_bytes": 7990149120)"));
  EXPECT_THAT(text, HasSubstr(R"("pss_bytes": null)"));
  EXPECT_THAT(text, HasSubstr("\"name\": \"fan.speed\",\n      \"source\": \"fan\",\n      "
                              "\"unit\": \"rpm\""));
  EXPECT_THAT(view_as_json({}), HasSubstr(R"("machine": null)"));
}

TEST(ViewAsJson, TellsOfTheMachineWhatTheHeaderDoes) {
  auto view = view_of_board("orin-nano-super");
  view.machine->clocks.caps.gpu_hz = 1'020'000'000;
  view.machine->clocks.locked = false;
  const auto machine = nlohmann::json::parse(view_as_json(view)).at("machine");
  EXPECT_EQ(machine.at("module"), "Jetson Orin Nano 8GB Super");
  EXPECT_EQ(machine.at("part_number"), "p3767-0005");
  EXPECT_EQ(machine.at("power_mode"), "MAXN_SUPER");
  EXPECT_EQ(machine.at("power_mode_id"), 2);
  EXPECT_EQ(machine.at("clock_caps").at("gpu_hertz"), 1'020'000'000);
  EXPECT_EQ(machine.at("clocks_locked"), false);
  view.machine->board.reset();
  view.machine->clocks.locked.reset();
  const auto bare = nlohmann::json::parse(view_as_json(view)).at("machine");
  EXPECT_TRUE(bare.at("board").is_null());
  EXPECT_TRUE(bare.at("module").is_null());
  EXPECT_TRUE(bare.at("clocks_locked").is_null());
}

}  // namespace
}  // namespace jetmeter
