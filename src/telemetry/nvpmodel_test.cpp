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

TEST(PowerMode, AttributesComeInAnyOrder) {
  const std::string_view text =
      "< POWER_MODEL ID=0 NAME=15W >\n< POWER_MODEL NAME=MAXN_SUPER ID=2 >\n"
      "< PM_CONFIG DEFAULT=1 >\n< PARAM TYPE=FILE NAME=2 ID=3 >\n";
  EXPECT_THAT(power_mode_name(text, 0), Optional(std::string("15W")));
  EXPECT_THAT(power_mode_name(text, 2), Optional(std::string("MAXN_SUPER")));
  EXPECT_FALSE(power_mode_name(text, 3)) << "a PARAM is no mode";
}

TEST(PowerMode, FallsBackToTheId) {
  const BoardCopy board("orin-nano-super");
  board.remove("/etc/nvpmodel.conf");
  EXPECT_THAT(read_power_mode(board.host()), Optional(std::string("2")));
  board.remove("/var/lib/nvpmodel/status");
  EXPECT_FALSE(read_power_mode(board.host())) << "the default mode is not the current one";
}

TEST(PowerMode, AbsoluteLinkStaysUnderTheRoot) {
  const BoardCopy board("orin-nano-super");
  board.write("/etc/nvpmodel/board.conf", "< POWER_MODEL ID=2 NAME=FROM_THE_LINK >\n");
  board.remove("/etc/nvpmodel.conf");
  std::filesystem::create_symlink("/etc/nvpmodel/board.conf",
                                  board.host().path("/etc/nvpmodel.conf"));
  EXPECT_THAT(read_power_mode(board.host()), Optional(std::string("FROM_THE_LINK")));
}

}  // namespace
}  // namespace jetmeter
