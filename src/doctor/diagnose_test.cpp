// Each check both ways, on facts of which one is wrong.
#include <gmock/gmock.h>

#include <set>

#include "doctor/checks.h"
#include "doctor/test_facts.h"

namespace jetmeter {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Finding finding(const DoctorFacts& facts, std::string_view code) {
  for (const auto& one : diagnose(facts))
    if (one.code == code) return one;
  return {Severity::unknown, "(none)", "no finding of this code", "", ""};
}

bool has_finding(const DoctorFacts& facts, std::string_view code) {
  return finding(facts, code).code == code;
}

std::set<std::string> codes(const DoctorFacts& facts) {
  std::set<std::string> all;
  for (const auto& one : diagnose(facts)) all.insert(one.code);
  return all;
}

TEST(Diagnose, FindsNothingWrongWithASoundMachine) {
  for (const auto& facts : {sound_facts(), sound_orin()})
    for (const auto& one : diagnose(facts))
      EXPECT_EQ(one.severity, Severity::ok) << one.code << ": " << one.what;
}

TEST(Diagnose, NotesTheWordsThatASensorDoesNotUnderstand) {
  auto facts = sound_orin();
  EXPECT_FALSE(has_finding(facts, "tegrastats_unknown"));
  facts.sensors.push_back({"tegrastats", "", {}, {{"FOO", "7%@300"}, 3, false}});
  const auto note = finding(facts, "tegrastats_unknown");
  EXPECT_EQ(note.severity, Severity::note);
  EXPECT_EQ(note.what, "tegrastats: 3 words not understood: FOO, 7%@300");
  EXPECT_THAT(doctor_text(facts, {}), HasSubstr("3 words not understood: FOO, 7%@300"));
  EXPECT_THAT(doctor_json(facts), HasSubstr("3 words not understood: FOO, 7%@300"));
}

TEST(Diagnose, CodesAreUnique) {
  EXPECT_EQ(codes(sound_orin()).size(), diagnose(sound_orin()).size());
  EXPECT_EQ(codes(sound_facts()).size(), diagnose(sound_facts()).size());
}

TEST(Diagnose, KnowsNothingOfAMachineThatTellsNothing) {
  for (const auto& one : diagnose({})) {
    EXPECT_EQ(one.severity, Severity::unknown) << one.code << ": " << one.what;
    EXPECT_THAT(one.why, Not(IsEmpty())) << one.code;
  }
}

TEST(Diagnose, ChecksOfAJetsonDoNotConcernAHost) {
  const auto host = codes(sound_facts());
  for (const auto* code :
       {"power_mode", "clock_caps", "clocks_locked", "fan_profile", "zram", "page_cache",
        "largest_free_block", "uptime", "gpu_memory_users", "gpu_busy"})
    EXPECT_FALSE(host.contains(code)) << code;
  const auto orin = codes(sound_orin());
  for (const auto* code : {"cpu_governor", "virtual_machine"})
    EXPECT_FALSE(orin.contains(code)) << code;
}

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

TEST(FanProfile, NotesTheQuietOne) {
  auto facts = sound_orin();
  facts.power_modes.fan_profile = "quiet";
  EXPECT_EQ(finding(facts, "fan_profile").severity, Severity::note);
  facts.power_modes.fan_profile.reset();
  EXPECT_FALSE(has_finding(facts, "fan_profile"));
}

// jetson_clocks leaves the daemon's profile as it is.
TEST(FanProfile, IsChangedWhereItIsKept) {
  auto facts = sound_orin();
  facts.power_modes.fan_profile = "quiet";
  for (const auto* l4t : {"35.4.1", "36.4.3", "39.2.0"}) {
    facts.machine.board->l4t = l4t;
    const auto command = finding(facts, "fan_profile").command;
    EXPECT_THAT(command, HasSubstr("/FAN_DEFAULT_PROFILE cool/' /etc/nvfancontrol.conf"));
    EXPECT_THAT(command, HasSubstr("rm -f /var/lib/nvfancontrol/status"));
    EXPECT_TRUE(command.ends_with("systemctl start nvfancontrol")) << command;
    EXPECT_THAT(finding(facts, "fan_profile").why, Not(HasSubstr("locks")));
  }
}

TEST(FanProfile, OfJetpack4HasNoDaemon) {
  auto facts = sound_orin();
  facts.power_modes.fan_profile = "quiet";
  facts.machine.board->l4t = "32.7.1";
  EXPECT_EQ(finding(facts, "fan_profile").command, "sudo jetson_clocks --fan");
  EXPECT_THAT(finding(facts, "fan_profile").why, HasSubstr("locks the clocks of CPU, GPU and EMC"));
  facts.machine.board->l4t.reset();
  facts.machine.board->soc = "tegra210";
  EXPECT_EQ(finding(facts, "fan_profile").command, "sudo jetson_clocks --fan");
}

TEST(Temperature, AdviceSaysThatItLocksTheClocksToo) {
  auto facts = sound_orin();
  set_channel(facts, "temperature.cpu", Unit::celsius, 90, 90);
  EXPECT_EQ(finding(facts, "temperature").command, "sudo jetson_clocks --fan");
  EXPECT_THAT(finding(facts, "temperature").why, HasSubstr("locks the clocks of CPU, GPU and EMC"));
  auto host = sound_facts();
  set_channel(host, "temperature.cpu", Unit::celsius, 90, 90);
  EXPECT_EQ(finding(host, "temperature").severity, Severity::warning);
  EXPECT_THAT(finding(host, "temperature").why, Not(HasSubstr("locks")));
}

TEST(Temperature, IsComparedWithTheZonesOwnLimit) {
  auto facts = sound_facts();
  set_channel(facts, "temperature.cpu", Unit::celsius, 20, 80);
  EXPECT_EQ(finding(facts, "temperature").severity, Severity::note);
  EXPECT_EQ(finding(facts, "temperature").what, "cpu has 80.0 °C and slows down at 95 °C");
  set_channel(facts, "temperature.cpu", Unit::celsius, 20, 86);
  EXPECT_EQ(finding(facts, "temperature").severity, Severity::warning);
}

TEST(Temperature, OfTheZoneNearestToItsLimitCounts) {
  auto facts = sound_facts();
  set_channel(facts, "temperature.disk", Unit::celsius, 60, 60);
  set_channel(facts, "temperature.gpu", Unit::celsius, 90, 90);
  facts.trips = std::vector<ThermalTrip>{{"cpu", 95}, {"disk", 65}};
  EXPECT_EQ(finding(facts, "temperature").what, "disk has 60.0 °C and slows down at 65 °C");
}

TEST(Temperature, WithoutALimitIsNotJudged) {
  auto facts = sound_facts();
  facts.trips = fail("no trip");
  set_channel(facts, "temperature.gpu", Unit::celsius, 90, 90);
  EXPECT_EQ(finding(facts, "temperature").severity, Severity::unknown);
  EXPECT_EQ(finding(facts, "temperature").what,
            "at which temperature it slows down; the hottest zone, gpu, has 90.0 °C");
  EXPECT_EQ(finding(facts, "temperature").why, "no trip");
}

TEST(Temperature, OfTheZoneThatTellsOneNumberForEverIsNone) {
  auto facts = sound_facts();
  facts.trips = fail("no trip");
  set_channel(facts, "temperature.PMIC-Die", Unit::celsius, 100, 100);
  EXPECT_THAT(finding(facts, "temperature").what, HasSubstr("the hottest zone, cpu, has 45.0 °C"));
  drop_channel(facts, "temperature.cpu");
  EXPECT_THAT(finding(facts, "temperature").what, HasSubstr("how hot the machine is"));
}

TEST(Temperature, OfOrinHasADocumentedLimit) {
  auto facts = sound_orin();
  facts.trips = fail("no trip");
  EXPECT_THAT(finding(facts, "temperature").what, HasSubstr("slows down at 99 °C"));
}

TEST(Temperature, OfOrinsDocumentIsThatOfItsProcessors) {
  auto facts = sound_orin();
  facts.trips = fail("no trip");
  set_channel(facts, "temperature.tboard-thermal", Unit::celsius, 97, 97);
  EXPECT_EQ(finding(facts, "temperature").what, "cpu has 45.0 °C and slows down at 99 °C");
}

TEST(Throttling, OfNowWeighsMoreThanThatOfBefore) {
  auto facts = sound_orin();
  set_channel(facts, "throttle.oc3", Unit::count, 13, 13);
  EXPECT_EQ(finding(facts, "throttling").severity, Severity::note);
  EXPECT_EQ(finding(facts, "throttling").what,
            "throttled since boot: momentary over-current (oc3) 13 times");
  set_channel(facts, "throttle.oc3", Unit::count, 13, 14);
  EXPECT_EQ(finding(facts, "throttling").severity, Severity::warning);
  auto alarmed = sound_orin();
  set_channel(alarmed, "throttle.VDD_IN_alarm", Unit::count, 0, 1);
  EXPECT_EQ(finding(alarmed, "throttling").severity, Severity::warning);
  EXPECT_EQ(finding(alarmed, "throttling").what, "over-current alarm now: VDD_IN");
  set_channel(alarmed, "throttle.oc3", Unit::count, 13, 13);
  EXPECT_EQ(finding(alarmed, "throttling").what,
            "over-current alarm now: VDD_IN; throttled since boot: momentary over-current (oc3) 13 "
            "times");
}

TEST(Throttling, IsDeniedOnlyWhereItIsCounted) {
  auto facts = sound_orin();
  EXPECT_EQ(finding(facts, "throttling").what,
            "not throttled by under-voltage or over-current since boot; throttling by heat is not "
            "counted here");
  drop_channel(facts, "throttle.oc1");
  EXPECT_EQ(finding(facts, "throttling").severity, Severity::ok);
  EXPECT_EQ(finding(facts, "throttling").what,
            "no over-current alarm now; whether it throttled since boot is not counted here");
  set_channel(facts, "throttle.VDD_IN_alarm", Unit::count, 0, 1);
  EXPECT_THAT(finding(facts, "throttling").what, Not(HasSubstr("since boot")));
  drop_channel(facts, "throttle.VDD_IN_alarm");
  set_channel(facts, "throttle.VDD_IN_alarm-2", Unit::count, 0, 0);
  EXPECT_THAT(finding(facts, "throttling").what, HasSubstr("no over-current alarm now; whether"));
  drop_channel(facts, "throttle.VDD_IN_alarm-2");
  EXPECT_EQ(finding(facts, "throttling").severity, Severity::unknown);
  set_channel(facts, "throttle.cpu", Unit::count, 0, 0);
  EXPECT_EQ(finding(facts, "throttling").what, "no core throttled by heat since boot");
}

TEST(Throttling, NamesWhatHelpsAgainstItsCause) {
  const auto why = [](const std::string& channel) {
    auto facts = sound_facts();
    set_channel(facts, "throttle." + channel, Unit::count, 1, 1);
    return finding(facts, "throttling").why;
  };
  EXPECT_THAT(why("oc2"), HasSubstr("; a stronger supply or a mode with less power helps; "
                                    "throttling by heat is not counted here"));
  EXPECT_THAT(why("cpu"), HasSubstr("; cooling helps"));
  EXPECT_THAT(why("cpu"), Not(HasSubstr("supply")));
  EXPECT_THAT(why("gpu0"), HasSubstr("cooling helps against heat, a stronger supply"));
}

TEST(Throttling, OfAGpuThatItsDriverHoldsBackIsOfNow) {
  auto facts = sound_facts();
  set_channel(facts, "throttle.gpu0", Unit::none, 1, 1);
  EXPECT_EQ(finding(facts, "throttling").severity, Severity::warning);
  EXPECT_EQ(finding(facts, "throttling").what, "throttled now: gpu0, held back by its driver");
  set_channel(facts, "throttle.gpu0", Unit::none, 1, 0);
  EXPECT_EQ(finding(facts, "throttling").severity, Severity::ok);
}

TEST(MemoryAvailable, WarnsBelowAFifth) {
  auto facts = sound_facts();
  facts.ledger.pools[0].available = PoolBytes(8 * kGiB / 5);
  EXPECT_EQ(finding(facts, "memory_available").severity, Severity::warning);
  facts.ledger.pools[0].available = PoolBytes(8 * kGiB / 5 + kMiB);
  EXPECT_EQ(finding(facts, "memory_available").severity, Severity::ok);
  EXPECT_EQ(finding(facts, "memory_available").what, "1.60 GiB of 8.00 GiB can be had (20 %)");
  facts.ledger.pools[0].available.reset();
  EXPECT_EQ(finding(facts, "memory_available").severity, Severity::unknown);
}

TEST(MemoryAvailable, SaysWhyAndWhoHoldsTheMemory) {
  auto facts = sound_orin();
  facts.ledger.pools[0].available = PoolBytes(kGiB);
  facts.gpu_users = GpuUsers{"nvmap", {{{812, "vllm", 4 * kGiB}, false}}};
  EXPECT_EQ(finding(facts, "memory_available").why,
            "20 % is the reserve that jetmeter keeps: below it a peak of anything else makes the "
            "kernel reclaim pages that are in use, swap, or kill. To get memory back: end vllm "
            "(812), which holds 4.00 GiB; `ps -eo rss,pid,comm --sort=-rss | head` shows the "
            "largest processes");
  facts.gpu_users = fail("needs root: this user may not read it");
  EXPECT_THAT(finding(facts, "memory_available").why, HasSubstr("To get memory back: `ps -eo rss"));
}

TEST(Swap, WarnsWhilePagesMove) {
  auto facts = sound_facts();
  set_channel(facts, "memory.swap_used", Unit::byte, 1.0 * kGiB);
  EXPECT_EQ(finding(facts, "swap").severity, Severity::note);
  EXPECT_EQ(finding(facts, "swap").command, "sudo swapoff -a && sudo swapon -a");
  set_channel(facts, "swap.in", Unit::byte, 0, 2.0 * kMiB);
  EXPECT_EQ(finding(facts, "swap").severity, Severity::warning);
  EXPECT_EQ(finding(facts, "swap").what, "swapping now, 2.00 MiB/s, with 1.00 GiB swapped out");
  // There would be no room for what comes back.
  set_channel(facts, "memory.swap_used", Unit::byte, 4.0 * kGiB);
  EXPECT_EQ(finding(facts, "swap").command, "");
  drop_channel(facts, "memory.swap_used");
  EXPECT_EQ(finding(facts, "swap").severity, Severity::unknown);
}

// No fstab names zram: what `swapoff -a` takes away of it `swapon -a` does not bring back.
TEST(Swap, IsNotEmptiedWhereItIsZram) {
  auto facts = sound_orin();
  set_channel(facts, "memory.swap_used", Unit::byte, 8.0 * kMiB);
  facts.gpu_users = GpuUsers{"nvmap", {{{812, "vllm", 4 * kGiB}, false}}};
  facts.swap = std::vector<SwapArea>{{"/swapfile", 4 * kGiB, 8 * kMiB}};
  EXPECT_EQ(finding(facts, "swap").command, "sudo swapoff -a && sudo swapon -a");
  EXPECT_THAT(finding(facts, "swap").why, Not(HasSubstr("First get")));
  facts.swap->push_back({"/dev/zram0", 2 * kGiB, 0});
  EXPECT_EQ(finding(facts, "swap").command, "");
  EXPECT_THAT(finding(facts, "swap").why,
              HasSubstr(". First get memory back: end vllm (812), which holds 4.00 GiB; `ps"));
  facts.swap = fail("there is no '/proc/swaps'");
  EXPECT_EQ(finding(facts, "swap").command, "") << "it may be zram";
}

TEST(Swap, IsNotEmptiedIntoTheReserve) {
  auto facts = sound_facts();
  set_channel(facts, "memory.swap_used", Unit::byte, 8.0 * kMiB);
  facts.ledger.pools[0].available = PoolBytes(8 * kGiB / 5 - kMiB);
  EXPECT_EQ(finding(facts, "swap").command, "");
  EXPECT_THAT(finding(facts, "swap").why, HasSubstr("First get memory back: `ps -eo rss"));
  facts.ledger.pools[0].available = PoolBytes(8 * kGiB / 5 + kMiB);
  EXPECT_EQ(finding(facts, "swap").command, "sudo swapoff -a && sudo swapon -a");
}

TEST(Zram, IsNoted) {
  auto facts = sound_orin();
  facts.swap = std::vector<SwapArea>{{"/dev/zram0", 2 * kGiB, kMiB}, {"/swapfile", 4 * kGiB, 0}};
  EXPECT_EQ(finding(facts, "zram").severity, Severity::note);
  EXPECT_EQ(finding(facts, "zram").what, "2.00 GiB of swap are zram, 1.00 MiB in use");
  // The unit has ended when the areas are there: to stop it takes none away.
  EXPECT_EQ(finding(facts, "zram").command, "sudo systemctl disable nvzramconfig");
  EXPECT_THAT(finding(facts, "zram").why, HasSubstr("takes effect at the next boot"));
  facts.swap = std::vector<SwapArea>{{"/swapfile", 4 * kGiB, 0}};
  EXPECT_EQ(finding(facts, "zram").severity, Severity::ok);
}

TEST(PageCache, IsNotedFromAQuarterOn) {
  auto facts = sound_orin();
  set_channel(facts, "memory.cached", Unit::byte, 2.0 * kGiB);
  EXPECT_EQ(finding(facts, "page_cache").severity, Severity::note);
  EXPECT_THAT(finding(facts, "page_cache").command, HasSubstr("drop_caches"));
}

TEST(LargestFreeBlock, GrowsWorseAsItShrinks) {
  auto facts = sound_orin();
  set_channel(facts, "memory.largest_free_block", Unit::byte, 2.0 * kMiB);
  EXPECT_EQ(finding(facts, "largest_free_block").severity, Severity::note);
  set_channel(facts, "memory.largest_free_block", Unit::byte, 512.0 * 1024);
  EXPECT_EQ(finding(facts, "largest_free_block").severity, Severity::warning);
  drop_channel(facts, "memory.largest_free_block");
  EXPECT_EQ(finding(facts, "largest_free_block").severity, Severity::unknown);
}

// With as much free in all, one block of the largest size is where NvMap begins to fail.
TEST(LargestFreeBlock, GrowsWorseAsThereAreFewerOfThem) {
  auto facts = sound_orin();
  const auto with = [&](double size, double blocks) {
    set_channel(facts, "memory.largest_free_block", Unit::byte, size);
    set_channel(facts, "memory.largest_free_blocks", Unit::count, blocks);
    return finding(facts, "largest_free_block");
  };
  EXPECT_EQ(with(4.0 * kMiB, 12).severity, Severity::ok);
  EXPECT_EQ(with(4.0 * kMiB, 12).what, "largest free blocks: 12 of 4.00 MiB");
  EXPECT_EQ(with(4.0 * kMiB, 3).severity, Severity::note);
  EXPECT_EQ(with(4.0 * kMiB, 1).severity, Severity::note);
  EXPECT_EQ(with(2.0 * kMiB, 1).severity, Severity::warning);
  EXPECT_EQ(with(0, 0).severity, Severity::warning);
  drop_channel(facts, "memory.largest_free_blocks");
  set_channel(facts, "memory.largest_free_block", Unit::byte, 4.0 * kMiB);
  EXPECT_EQ(finding(facts, "largest_free_block").severity, Severity::note) << "one, at least";
}

TEST(Uptime, IsNotedAfterAWeek) {
  auto facts = sound_orin();
  facts.uptime_seconds = 12.0 * 24 * 3600;
  EXPECT_EQ(finding(facts, "uptime").severity, Severity::note);
  EXPECT_EQ(finding(facts, "uptime").what, "up for 12.0 days");
}

TEST(GpuMemoryUsers, ThoseWhoAreGoneAreLeftovers) {
  auto facts = sound_orin();
  facts.gpu_users = GpuUsers{"nvmap", {{{4711, "trtexec", 512 * kMiB}, false}}};
  EXPECT_EQ(finding(facts, "gpu_memory_users").severity, Severity::warning);
  EXPECT_THAT(finding(facts, "gpu_memory_users").what, HasSubstr("trtexec (4711) 512 MiB"));
  facts.gpu_users = GpuUsers{"nvmap", {{{1214, "Xorg", 17 * kMiB}, false}}};
  EXPECT_EQ(finding(facts, "gpu_memory_users").severity, Severity::note);
  EXPECT_EQ(finding(facts, "gpu_memory_users").command, "sudo systemctl isolate multi-user.target");
  EXPECT_EQ(finding(facts, "memory_available").command, "");
  facts.gpu_users = GpuUsers{
      "nvmap", {{{4711, "trtexec", 512 * kMiB}, false}, {{1214, "Xorg", 17 * kMiB}, false}}};
  EXPECT_EQ(finding(facts, "gpu_memory_users").command, "ps -fp 4711,1214");
  EXPECT_THAT(finding(facts, "gpu_memory_users").why, HasSubstr("stop them first"));
  facts.gpu_users = GpuUsers{"nvmap", {{{4711, "trtexec", 512 * kMiB}, true}}};
  EXPECT_EQ(finding(facts, "gpu_memory_users").command, "sudo reboot");
  facts.gpu_users = fail("there is no nvmap");
  EXPECT_EQ(finding(facts, "gpu_memory_users").command, "");
  facts.gpu_users = fail("needs root: this user may not read it");
  EXPECT_EQ(finding(facts, "gpu_memory_users").severity, Severity::unknown);
  EXPECT_EQ(finding(facts, "gpu_memory_users").command, "sudo jetmeter doctor");
}

TEST(HugePages, AreNotedWhenGivenUnasked) {
  auto facts = sound_facts();
  facts.huge_pages = std::string("always");
  EXPECT_EQ(finding(facts, "huge_pages").severity, Severity::note);
}

TEST(Limits, OfAContainerAreNotThoseOfTheMachine) {
  auto facts = sound_facts();
  facts.limits = GroupLimits{2 * kGiB, 1.5, ""};
  EXPECT_EQ(finding(facts, "memory_limit").severity, Severity::warning);
  EXPECT_EQ(finding(facts, "memory_limit").what, "this process may hold 2.00 GiB of 8.00 GiB");
  EXPECT_EQ(finding(facts, "cpu_limit").what, "this process may use 1.5 of 6 cores");
  facts.limits = GroupLimits{8 * kGiB, 6.0, ""};
  EXPECT_EQ(finding(facts, "memory_limit").severity, Severity::ok);
  EXPECT_EQ(finding(facts, "cpu_limit").severity, Severity::ok);
  facts.limits->why_no_cores = "not mounted";
  EXPECT_EQ(finding(facts, "cpu_limit").severity, Severity::unknown);
}

TEST(CpuBusy, NamesTheBusiest) {
  auto facts = sound_facts();
  set_channel(facts, "load.cpu", Unit::percent, {}, 40.0);
  facts.busy = std::vector<BusyProcess>{{7, "cc1plus", 1.9}, {8, "sshd", 0.01}};
  EXPECT_EQ(finding(facts, "cpu_busy").severity, Severity::warning);
  EXPECT_EQ(finding(facts, "cpu_busy").what, "the CPU is 40 % busy: cc1plus (7) 190 % of a core");
  set_channel(facts, "load.cpu", Unit::percent, {}, 12.0);
  EXPECT_EQ(finding(facts, "cpu_busy").severity, Severity::note);
}

TEST(CpuBusy, FallsBackToTheLoadAverage) {
  auto facts = sound_facts();
  drop_channel(facts, "load.cpu");
  EXPECT_THAT(finding(facts, "cpu_busy").what, HasSubstr("0.10 processes on average"));
  facts.load_average = 3.0;
  EXPECT_EQ(finding(facts, "cpu_busy").severity, Severity::warning);
  facts.load_average = fail("no file");
  EXPECT_EQ(finding(facts, "cpu_busy").severity, Severity::unknown);
}

TEST(GpuBusy, WarnsBeforeAnythingRuns) {
  auto facts = sound_orin();
  set_channel(facts, "load.gpu", Unit::percent, 0, 99);
  EXPECT_EQ(finding(facts, "gpu_busy").severity, Severity::warning);
  EXPECT_THAT(finding(facts, "gpu_busy").why, HasSubstr("stop them first"));
  EXPECT_EQ(finding(facts, "gpu_busy").command, "") << "nobody is known to hold its memory";
  facts.gpu_users = GpuUsers{"nvmap",
                             {{{4711, "trtexec", 512 * kMiB}, false},
                              {{812, "left", 512 * kMiB}, true},
                              {{0, "kernel", kMiB}, false}}};
  EXPECT_EQ(finding(facts, "gpu_busy").command, "ps -fp 4711");
  facts.gpu_users = fail("there is no nvmap");
  EXPECT_EQ(finding(facts, "gpu_busy").command, "");
  drop_channel(facts, "load.gpu");
  EXPECT_EQ(finding(facts, "gpu_busy").severity, Severity::unknown);
  auto discrete = sound_facts();
  discrete.machine.gpus = {{"NVIDIA L40S", {}}};
  set_channel(discrete, "load.gpu0", Unit::percent, 0, 50);
  EXPECT_EQ(finding(discrete, "gpu_busy").severity, Severity::warning);
}

TEST(GpuBusy, JudgesEachOfSeveral) {
  auto facts = sound_facts();
  facts.machine.memory_architecture = MemoryArchitecture::discrete;
  facts.machine.gpus = {{"NVIDIA A100", {}}, {"NVIDIA A100", {}}, {"NVIDIA A100", {}}};
  EXPECT_EQ(finding(facts, "gpu_busy").severity, Severity::unknown);
  set_channel(facts, "load.gpu0", Unit::percent, 0, 0);
  set_channel(facts, "load.gpu2", Unit::percent, 1, 1);
  EXPECT_EQ(finding(facts, "gpu_busy").severity, Severity::unknown);
  EXPECT_EQ(finding(facts, "gpu_busy").what, "how busy GPU 1 is");
  set_channel(facts, "load.gpu1", Unit::percent, 0, 97);
  EXPECT_EQ(finding(facts, "gpu_busy").severity, Severity::warning);
  EXPECT_EQ(finding(facts, "gpu_busy").what,
            "GPU 1 is 97 % busy before anything of jetmeter runs; GPU 0 is idle (0 %) and GPU 2 is "
            "idle (1 %)");
  drop_channel(facts, "load.gpu0");
  EXPECT_EQ(
      finding(facts, "gpu_busy").what,
      "GPU 1 is 97 % busy before anything of jetmeter runs; GPU 2 is idle (1 %); how busy GPU "
      "0 is, is not told");
  set_channel(facts, "load.gpu0", Unit::percent, 40, 40);
  EXPECT_THAT(finding(facts, "gpu_busy").what, HasSubstr("GPU 0 is 40 % busy and GPU 1 is 97 %"));
  for (const auto* gpu : {"load.gpu0", "load.gpu1"}) set_channel(facts, gpu, Unit::percent, 0, 0);
  EXPECT_EQ(finding(facts, "gpu_busy").severity, Severity::ok);
}

TEST(Pressure, NamesWhatIsWaitedFor) {
  auto facts = sound_facts();
  set_channel(facts, "pressure.io", Unit::percent, 0, 5);
  EXPECT_EQ(finding(facts, "pressure").severity, Severity::note);
  EXPECT_EQ(finding(facts, "pressure").what, "of the last 10 s somebody waited for io 5 %");
  set_channel(facts, "pressure.memory", Unit::percent, 0, 30);
  EXPECT_EQ(finding(facts, "pressure").severity, Severity::warning);
}

TEST(VirtualMachine, WarnsWhenItsHostTakesTime) {
  auto facts = sound_facts();
  facts.cpu = CpuFacts{.hypervisor = true, .steal_share = 0.001};
  EXPECT_EQ(finding(facts, "virtual_machine").severity, Severity::note);
  facts.cpu = CpuFacts{.hypervisor = true, .steal_share = 0.05};
  EXPECT_EQ(finding(facts, "virtual_machine").severity, Severity::warning);
  EXPECT_THAT(finding(facts, "virtual_machine").what, HasSubstr("took 5.0 %"));
  facts.cpu = CpuFacts{};
  EXPECT_EQ(finding(facts, "virtual_machine").severity, Severity::unknown);
}

TEST(ClockSource, WarnsOfSlowOnes) {
  auto facts = sound_facts();
  facts.clock_source = ClockSource{"hpet", {"hpet", "acpi_pm"}};
  EXPECT_EQ(finding(facts, "clock_source").severity, Severity::warning);
  EXPECT_EQ(finding(facts, "clock_source").command, "");
  facts.clock_source = ClockSource{"hpet", {"tsc", "hpet"}};
  EXPECT_THAT(finding(facts, "clock_source").command, HasSubstr("echo tsc"));
}

}  // namespace
}  // namespace jetmeter
