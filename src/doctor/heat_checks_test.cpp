// Fan, temperature and throttling: each check both ways, on facts of which one is wrong.
#include <gmock/gmock.h>

#include "doctor/checks.h"
#include "doctor/test_facts.h"
#include "doctor/test_finding.h"

namespace jetmeter {
namespace {

using testing::HasSubstr;
using testing::Not;

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

}  // namespace
}  // namespace jetmeter
