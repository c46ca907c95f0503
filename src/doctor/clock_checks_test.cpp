// Power modes and clocks: each check both ways, on facts of which one is wrong.
#include <gmock/gmock.h>

#include "doctor/checks.h"
#include "doctor/test_facts.h"
#include "doctor/test_finding.h"

namespace jetmeter {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(PowerMode, IsComparedByNameAndNotById) {
  auto facts = sound_orin();
  EXPECT_EQ(finding(facts, "power_mode").what, "power mode MAXN_SUPER (id 2), the fastest of 3");
  facts.power_modes.active = 0;
  const auto slow = finding(facts, "power_mode");
  EXPECT_EQ(slow.severity, Severity::warning);
  EXPECT_EQ(slow.what, "power mode 15W (id 0); the fastest is MAXN_SUPER (id 2)");
  EXPECT_EQ(slow.command, "sudo nvpmodel -m 2");
}

TEST(PowerMode, SaysWhereTheSwitchMayTakeAReboot) {
  auto facts = sound_orin();
  facts.power_modes.active = 0;
  EXPECT_THAT(finding(facts, "power_mode").why, Not(HasSubstr("reboot"))) << "clocks alone";
  facts.power_modes.all[0].tpc_mask = 252;
  EXPECT_THAT(finding(facts, "power_mode").why, HasSubstr("may take a reboot"));
  facts.power_modes.all[0].tpc_mask = 240;
  facts.power_modes.all[0].cpu_cores = 4;
  facts.power_modes.all[2].cpu_cores = 6;
  EXPECT_THAT(finding(facts, "power_mode").why, HasSubstr("may take a reboot"));
}

TEST(PowerMode, SaysWhatIsSwitchedOff) {
  auto facts = sound_orin();
  facts.power_modes.active = 1;
  facts.machine.cores = 4;
  facts.machine.active_sms = 4;
  EXPECT_THAT(finding(facts, "power_mode").what, HasSubstr("; 4 of 6 cores and 4 of 8 SMs are on"));
}

TEST(PowerMode, IsUnknownWithoutItsFiles) {
  auto facts = sound_orin();
  facts.power_modes.all.clear();
  EXPECT_EQ(finding(facts, "power_mode").severity, Severity::unknown);
  EXPECT_THAT(finding(facts, "power_mode").why, HasSubstr("has no mode 2"));
  facts.power_modes.active.reset();
  EXPECT_EQ(finding(facts, "power_mode").severity, Severity::unknown);
  EXPECT_FALSE(has_finding(facts, "clock_caps"));
}

TEST(FastestMode, IsTheOneThatNoOtherExceeds) {
  const std::vector<NvpMode> nano{{0, "15W", {}, 240},
                                  {1, "7W", {960'000'000, 408'000'000, 2'133'000'000}, 252}};
  ASSERT_NE(fastest_mode(nano), nullptr);
  EXPECT_EQ(fastest_mode(nano)->id, 0u);
}

TEST(FastestMode, IsNotGuessed) {
  EXPECT_EQ(fastest_mode({}), nullptr);
  // One has the faster CPU, the other the faster GPU.
  const std::vector<NvpMode> mixed{{0, "A", {1'700'000'000, 600'000'000, {}}, 0},
                                   {1, "B", {1'500'000'000, 800'000'000, {}}, 0}};
  EXPECT_EQ(fastest_mode(mixed), nullptr);
  // Nothing is said of either.
  const std::vector<NvpMode> silent{{0, "A", {}, {}}, {1, "B", {}, {}}};
  EXPECT_EQ(fastest_mode(silent), nullptr);
}

// The mode with the fastest cores has the fewest of them.
TEST(FastestMode, IsNotTheOneThatSwitchesCoresOff) {
  const std::vector<NvpMode> modes{{0, "2CORE", {1'900'800'000, 1'109'250'000, {}}, {}, 2},
                                   {1, "4CORE", {1'420'800'000, 1'109'250'000, {}}, {}, 4},
                                   {2, "6CORE", {1'420'800'000, 1'109'250'000, {}}, {}, 6}};
  EXPECT_EQ(fastest_mode(modes), nullptr);
  auto facts = sound_orin();
  facts.power_modes.all = modes;
  const auto mode = finding(facts, "power_mode");
  EXPECT_EQ(mode.severity, Severity::note);
  EXPECT_EQ(mode.what,
            "power mode 6CORE (id 2); which of 3 is the fastest depends on the model: highest GPU "
            "clock: every mode, 1109 MHz; highest CPU clock: 2CORE (id 0), 1901 MHz; most cores: "
            "6CORE (id 2), 6");
  EXPECT_EQ(mode.command, "");
}

TEST(FastestMode, IsToldWhereItHasTheMostCoresToo) {
  const std::vector<NvpMode> modes{{0, "A", {1'400'000'000, 600'000'000, {}}, {}, 4},
                                   {1, "B", {1'400'000'000, 600'000'000, {}}, {}, 6}};
  ASSERT_NE(fastest_mode(modes), nullptr);
  EXPECT_EQ(fastest_mode(modes)->id, 1u);
}

TEST(PowerMode, IsUnknownWhereTheTableTellsNoModeFromAnother) {
  auto facts = sound_orin();
  facts.power_modes.all = {{0, "A", {}, {}}, {2, "B", {}, {}}};
  EXPECT_EQ(finding(facts, "power_mode").severity, Severity::unknown);
}

TEST(FastestMode, PrefersTheSuperTable) {
  const std::vector<NvpMode> modes{{0, "MAXN", {}, 0}, {3, "MAXN_SUPER", {}, 0}};
  EXPECT_EQ(fastest_mode(modes)->id, 3u);
}

TEST(ClockCaps, FindsAGpuThatIsHeldDown) {
  auto facts = sound_orin();
  EXPECT_EQ(finding(facts, "clock_caps").what,
            "highest clocks as the mode allows: CPU 1728 MHz and GPU 1020 MHz");
  facts.machine.clocks.caps.gpu_hz = 624'750'000;
  const auto low = finding(facts, "clock_caps");
  EXPECT_EQ(low.severity, Severity::warning);
  EXPECT_EQ(low.what,
            "the GPU may reach 625 MHz only, of 1020 MHz that the power mode and the module allow");
  facts.machine.clocks.mode.gpu_hz = 612'000'000;
  EXPECT_EQ(finding(facts, "clock_caps").severity, Severity::ok);
  facts.machine.clocks.caps.gpu_hz.reset();
  EXPECT_EQ(finding(facts, "clock_caps").severity, Severity::unknown);
}

TEST(ClockCaps, FindsClocksAboveThePowerMode) {
  auto facts = sound_orin();
  facts.power_modes.active = 0;
  facts.machine.clocks.mode = facts.power_modes.all[0].caps;
  const auto above = finding(facts, "clock_caps");
  EXPECT_EQ(above.severity, Severity::warning);
  EXPECT_EQ(above.what,
            "the CPU may reach 1728 MHz where the power mode allows 1498 MHz and the GPU may reach "
            "1020 MHz where the power mode allows 612 MHz");
  EXPECT_THAT(above.why, HasSubstr("filed under this mode and is not of it"));
  EXPECT_EQ(above.command, "sudo nvpmodel -m 0");
  facts.machine.clocks.caps.cpu_hz = 960'000'000;
  const auto both = finding(facts, "clock_caps");
  EXPECT_EQ(both.what,
            "the GPU may reach 1020 MHz where the power mode allows 612 MHz; the CPU may reach "
            "960 MHz only, of 1498 MHz that the power mode and the module allow");
  facts.machine.clocks.caps = {1'497'600'000, 624'750'000, {}};
  EXPECT_EQ(finding(facts, "clock_caps").severity, Severity::ok) << "the next step of the GPU";
  facts.machine.clocks.caps.cpu_hz = 1'574'400'000;
  EXPECT_EQ(finding(facts, "clock_caps").severity, Severity::warning) << "one step of the CPU";
}

TEST(ClocksLocked, WarnsOfClocksThatFollowTheLoad) {
  auto facts = sound_orin();
  facts.machine.clocks.locked = false;
  facts.gpu_clock = GpuClockFacts{"nvhost_podgov", 306e6, 1020e6, 612e6};
  const auto free = finding(facts, "clocks_locked");
  EXPECT_EQ(free.severity, Severity::warning);
  EXPECT_EQ(free.what, "clocks follow the load: the GPU between 306 MHz and 1020 MHz, now 612 MHz");
  EXPECT_EQ(free.command, "sudo jetson_clocks");
  facts.machine.clocks.locked.reset();
  EXPECT_EQ(finding(facts, "clocks_locked").severity, Severity::unknown);
}

TEST(ClocksLocked, NamesTheUnitThatIsNotAndItsReason) {
  auto facts = sound_orin();
  facts.machine.clocks.locked = false;
  facts.clocks.gpu = {true, 1'020'000'000, 1'020'000'000};
  facts.clocks.cpu = {true, 1'728'000'000, 1'728'000'000};
  facts.clocks.emc = {false, {}, 3'199'000'000};
  const auto memory = finding(facts, "clocks_locked");
  EXPECT_EQ(memory.severity, Severity::warning);
  EXPECT_EQ(memory.what,
            "clocks follow the load: the EMC, which nothing holds (mrq_rate_locked is 0); GPU and "
            "CPU are locked");
  EXPECT_THAT(memory.why, HasSubstr("a model that waits for memory"));
  EXPECT_EQ(memory.command, "sudo jetson_clocks");
  facts.clocks.cpu = {false, 729'600'000, 1'728'000'000};
  facts.clocks.emc.locked.reset();
  const auto cpu = finding(facts, "clocks_locked");
  EXPECT_EQ(cpu.what,
            "clocks follow the load: the CPU between 730 MHz and 1728 MHz; GPU is locked");
  EXPECT_THAT(cpu.why, HasSubstr("cores slow down between inferences"));
  facts.clocks.gpu = {false, 306'000'000, 1'020'000'000};
  facts.gpu_clock->now_hz.reset();
  const auto both = finding(facts, "clocks_locked");
  EXPECT_EQ(both.what,
            "clocks follow the load: the GPU between 306 MHz and 1020 MHz; the CPU between 730 MHz "
            "and 1728 MHz");
  EXPECT_THAT(both.why, HasSubstr("never lift the GPU off its lowest clock"));
}

TEST(ClocksLocked, AreToldWithTheOneClockOfTheGpu) {
  EXPECT_EQ(finding(sound_orin(), "clocks_locked").what, "clocks are locked: the GPU at 1020 MHz");
}

TEST(CpuGovernor, NotesTheOthers) {
  auto facts = sound_facts();
  facts.governors = std::vector<CpuGovernor>{{"performance", 2}, {"powersave", 4}};
  EXPECT_EQ(finding(facts, "cpu_governor").severity, Severity::note);
  EXPECT_EQ(finding(facts, "cpu_governor").what, "governor powersave on 4 cores");
}

}  // namespace
}  // namespace jetmeter
