#include "telemetry/nvpmodel.h"

#include <gmock/gmock.h>

#include "support/board_copy.h"

namespace jetmeter {
namespace {

using testing::Optional;

TEST(PowerMode, IdIsDecimalWithLeadingZeros) {
  EXPECT_THAT(parse_power_mode_id("pmode:0010 fmode:fan_mode_quiet\n"), Optional(10u));
  EXPECT_THAT(parse_power_mode_id("fmode:quiet pmode:0000"), Optional(0u));
  EXPECT_FALSE(parse_power_mode_id(""));
  EXPECT_FALSE(parse_power_mode_id("pmode:\xff"));
}

TEST(PowerMode, FanProfileLosesItsPrefix) {
  EXPECT_THAT(parse_fan_profile("pmode:0010 fmode:fan_mode_quiet\n"),
              Optional(std::string("quiet")));
  EXPECT_THAT(parse_fan_profile("fmode:cool"), Optional(std::string("cool")));
  EXPECT_FALSE(parse_fan_profile("pmode:0000"));
  EXPECT_FALSE(parse_fan_profile("pmode:0000 fmode:"));
  EXPECT_FALSE(parse_fan_profile("pmode:0000 fmode:fanNull\n")) << "nvpmodel leaves the fan alone";
}

TEST(Nvfancontrol, StatusNamesTheProfileOfTheFirstFan) {
  EXPECT_THAT(parse_nvfancontrol_status("FAN1:FAN_PROFILE:quiet\nFAN1:FAN_GOVERNOR:pid\n"
                                        "FAN1:FAN_CONTROL:close_loop\n"),
              Optional(std::string("quiet")));
  EXPECT_THAT(parse_nvfancontrol_status("FAN1:FAN_GOVERNOR:cont\r\nFAN1:FAN_PROFILE:cool\r\n"
                                        "FAN2:FAN_PROFILE:quiet\r\n"),
              Optional(std::string("cool")));
  EXPECT_THAT(parse_nvfancontrol_status("FAN_PROFILE  cool"), Optional(std::string("cool")));
  EXPECT_THAT(parse_nvfancontrol_status("FAN1:FAN_PROFILE:\nFAN2:FAN_PROFILE:cool"),
              Optional(std::string("cool")));
  for (const auto* damage :
       {"", "FAN_PROFILE", "FAN1:FAN_PROFILE:", "FAN1:FAN_GOVERNOR:pid", "\xff:\n::\n"})
    EXPECT_FALSE(parse_nvfancontrol_status(damage)) << damage;
}

TEST(Nvfancontrol, ConfigurationNamesTheDefaultAmongItsProfiles) {
  EXPECT_THAT(
      parse_nvfancontrol_default("<FAN 1>\n\tFAN_GOVERNOR pid {\n\t}\n\tFAN_PROFILE cool {\n"
                                 "\t\t#TEMP HYST PWM RPM\n\t\t0 0 255 2900\n\t}\n"
                                 "\t# FAN_DEFAULT_PROFILE cool\n"
                                 "\tFAN_DEFAULT_CONTROL close_loop\n\tFAN_DEFAULT_PROFILE quiet\n"),
      Optional(std::string("quiet")));
  for (const auto* damage : {"", "FAN_DEFAULT_PROFILE", "FAN_PROFILE quiet {", "#\n\xff"})
    EXPECT_FALSE(parse_nvfancontrol_default(damage)) << damage;
}

TEST(Nvpmodel, AttributesComeInAnyOrder) {
  const auto modes = parse_nvpmodel(
      "< POWER_MODEL ID=0 NAME=15W >\n< POWER_MODEL NAME=MAXN_SUPER ID=2 >\n"
      "<POWER_MODEL ID=4 NAME=40W>\n< PM_CONFIG DEFAULT=1 >\n< PARAM TYPE=FILE NAME=2 ID=3 >\n");
  ASSERT_EQ(modes.size(), 3u) << "a PARAM is no mode";
  EXPECT_EQ(modes[0].name, "15W");
  EXPECT_EQ(modes[1].id, 2u);
  EXPECT_EQ(modes[1].name, "MAXN_SUPER");
  EXPECT_EQ(modes[2].id, 4u);
  EXPECT_EQ(modes[2].name, "40W");
}

TEST(Nvpmodel, CapsAreHertzAndMinusOneIsNone) {
  const auto modes = parse_nvpmodel(
      "< POWER_MODEL ID=0 NAME=15W >\nTPC_POWER_GATING TPC_PG_MASK 252\n"
      "CPU_A78_0 MIN_FREQ 729600\nCPU_A78_0 MAX_FREQ 1190400\nCPU_A78_4 MAX_FREQ 1420800\n"
      "GPU MIN_FREQ 0\nGPU MAX_FREQ 612000000\nEMC MAX_FREQ 2133000000\n"
      "< POWER_MODEL ID=1 NAME=MAXN >\nCPU_A78_0 MAX_FREQ -1\nCPU_A78_4 MAX_FREQ 1420800\n"
      "GPU MAX_FREQ -1\nEMC MAX_FREQ many\n");
  ASSERT_EQ(modes.size(), 2u);
  EXPECT_THAT(modes[0].caps.cpu_hz, Optional(1420800000u)) << "that of the fastest group";
  EXPECT_THAT(modes[0].caps.gpu_hz, Optional(612000000u));
  EXPECT_THAT(modes[0].caps.emc_hz, Optional(2133000000u));
  EXPECT_THAT(modes[0].tpc_mask, Optional(252u));
  EXPECT_FALSE(modes[1].caps.cpu_hz) << "one group has no limit";
  EXPECT_FALSE(modes[1].caps.gpu_hz);
  EXPECT_FALSE(modes[1].caps.emc_hz);
  EXPECT_FALSE(modes[1].tpc_mask);
}

TEST(Nvpmodel, CountsTheCoresThatAreOn) {
  const auto modes = parse_nvpmodel(
      "< PARAM TYPE=FILE NAME=CPU_ONLINE >\nCORE_0 /sys/devices/system/cpu/cpu0/online\n"
      "< POWER_MODEL ID=0 NAME=2CORE >\nCPU_ONLINE CORE_0 1\nCPU_ONLINE CORE_1 1\n"
      "CPU_ONLINE CORE_2 0\n< POWER_MODEL ID=1 NAME=SILENT >\nGPU MAX_FREQ -1\n");
  ASSERT_EQ(modes.size(), 2u);
  EXPECT_THAT(modes[0].cpu_cores, Optional(2));
  EXPECT_FALSE(modes[1].cpu_cores);
}

TEST(Nvpmodel, ReadsWhatTheToolPrintsToo) {
  const auto modes = parse_nvpmodel(
      "NVPM VERB: Config file: /etc/nvpmodel.conf\nNVPM VERB: POWER_MODEL: ID=0 NAME=15W\n"
      "NVPM VERB: < POWER_MODEL ID=1 NAME=7W >\nNVPM VERB: GPU MAX_FREQ 408000000\n");
  ASSERT_EQ(modes.size(), 2u);
  EXPECT_EQ(modes[0].name, "15W");
  EXPECT_EQ(modes[1].name, "7W");
  EXPECT_THAT(modes[1].caps.gpu_hz, Optional(408000000u));
}

TEST(Nvpmodel, DamageIsNoMode) {
  EXPECT_TRUE(parse_nvpmodel("").empty());
  EXPECT_TRUE(parse_nvpmodel("< POWER_MODEL NAME=15W >\nGPU MAX_FREQ 1\n").empty());
  EXPECT_TRUE(parse_nvpmodel("< POWER_MODEL ID=-1 NAME=15W >\n<\n< >\n").empty());
  EXPECT_TRUE(parse_nvpmodel(std::string(100000, '<')).empty());
  const auto modes = parse_nvpmodel(
      "< POWER_MODEL ID=0 NAME=\x1b[31m >\nCPU_A78_0 MAX_FREQ 18446744073709551615\n");
  ASSERT_EQ(modes.size(), 1u);
  EXPECT_EQ(modes[0].name, "?[31m");
  EXPECT_FALSE(modes[0].caps.cpu_hz);
}

TEST(PowerModes, WithoutTheTableOnlyTheIdIsKnown) {
  const BoardCopy board("orin-nano-super");
  board.remove("/etc/nvpmodel.conf");
  auto modes = read_power_modes(board.host());
  EXPECT_THAT(modes.active, Optional(2u));
  EXPECT_EQ(modes.active_mode(), nullptr);
  EXPECT_FALSE(modes.super());
  EXPECT_THAT(identify_machine(board.host()).power_mode, Optional(std::string("2")));
  board.remove("/var/lib/nvpmodel/status");
  EXPECT_FALSE(read_power_modes(board.host()).active) << "the default mode is not the current one";
  EXPECT_FALSE(identify_machine(board.host()).power_mode);
}

// The daemon that drives the fan says which profile it has; nvpmodel's word is of JetPack 4.
TEST(PowerModes, FanProfileIsThatOfItsDaemon) {
  const BoardCopy board("orin-nano-super");
  const auto profile = [&] { return read_power_modes(board.host()).fan_profile; };
  EXPECT_THAT(profile(), Optional(std::string("quiet"))) << "nvpmodel's";
  board.write("/etc/nvpower/board.conf", "\tFAN_DEFAULT_PROFILE cool\n");
  std::filesystem::create_symlink("/etc/nvpower/board.conf",
                                  board.host().path("/etc/nvfancontrol.conf"));
  EXPECT_THAT(profile(), Optional(std::string("cool")));
  board.write("/var/lib/nvfancontrol/status", "FAN1:FAN_PROFILE:loud\n");
  EXPECT_THAT(profile(), Optional(std::string("loud"))) << "the configuration was edited since";
  EXPECT_THAT(identify_machine(board.host()).fan_profile, Optional(std::string("loud")));
  board.write("/var/lib/nvfancontrol/status", "\n");
  EXPECT_THAT(profile(), Optional(std::string("cool")));
}

TEST(PowerModes, AbsoluteLinkStaysUnderTheRoot) {
  const BoardCopy board("orin-nano-super");
  board.write("/etc/nvpmodel/board.conf", "< POWER_MODEL ID=2 NAME=FROM_THE_LINK >\n");
  board.remove("/etc/nvpmodel.conf");
  std::filesystem::create_symlink("/etc/nvpmodel/board.conf",
                                  board.host().path("/etc/nvpmodel.conf"));
  const auto modes = read_power_modes(board.host());
  ASSERT_NE(modes.active_mode(), nullptr);
  EXPECT_EQ(modes.active_mode()->name, "FROM_THE_LINK");
}

}  // namespace
}  // namespace jetmeter
