// The whole diagnosis, and what else runs on the machine: each check both ways, on facts of which
// one is wrong.
#include <gmock/gmock.h>

#include <set>

#include "doctor/checks.h"
#include "doctor/test_facts.h"
#include "doctor/test_finding.h"

namespace jetmeter {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

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

TEST(Uptime, IsNotedAfterAWeek) {
  auto facts = sound_orin();
  facts.uptime_seconds = 12.0 * 24 * 3600;
  EXPECT_EQ(finding(facts, "uptime").severity, Severity::note);
  EXPECT_EQ(finding(facts, "uptime").what, "up for 12.0 days");
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
