#include "telemetry/part_number.h"

#include <gmock/gmock.h>

#include "support/board_copy.h"

namespace jetmeter {
namespace {

using testing::Optional;

TEST(PartNumber, IsTheModulesAndNotTheCarriers) {
  const std::pair<std::string, std::string> kTexts[] = {
      {std::string("nvidia,p3768-0000+p3767-0005-super\0nvidia,tegra234\0", 52), "p3767-0005"},
      {"nvidia,p3737-0000+p3701-0005", "p3701-0005"},
      {"nvidia,p3449-0000-b00+p3448-0000-b00", "p3448-0000"},
      {"3767-0000-301 3768-0000-ES1", "p3767-0000"},
      {"699-13767-0005-300 T.1", "p3767-0005"},
      {"699-13834-0008-400 G.5", "p3834-0008"},
      {"…/kernel-dts/tegra210-p3448-0000-p3449-0000-b00.dts", "p3448-0000"},
      {"P2888-0001", "p2888-0001"},
      {std::string("\x01\x00\xff\x00", 4) + "699-13668-0001-100 A.0" + std::string(200, '\0'),
       "p3668-0001"}};
  for (const auto& [text, number] : kTexts) EXPECT_THAT(part_number_in(text), Optional(number));
}

TEST(PartNumber, IsAbsentWhereThereIsNone) {
  for (const auto* text :
       {"", "p3767", "p3767-", "p3767-000", "p3767-OOOO", "p3767-00051", "nvidia,p3768-0000",
        "1423767-0005", "13767-0005", "serial 3767_0005", "a3767-0005"})
    EXPECT_FALSE(part_number_in(text)) << text;
}

TEST(PartNumber, WhatTheModuleSaysComesBeforeWhatWasFlashed) {
  const BoardCopy board;
  EXPECT_FALSE(read_part_number(board.host()));
  board.write("/proc/device-tree/nvidia,dtsfilename", "/a/tegra234-p3767-0004-p3768-0000.dts");
  EXPECT_THAT(read_part_number(board.host()), Optional(std::string("p3767-0004")));
  board.write("/proc/device-tree/chosen/plugin-manager/ids/3767-0003-300", "1");
  EXPECT_THAT(read_part_number(board.host()), Optional(std::string("p3767-0003")));
  board.write("/proc/device-tree/compatible", "nvidia,p3768-0000+p3767-0001");
  EXPECT_THAT(read_part_number(board.host()), Optional(std::string("p3767-0001")));
  board.write("/proc/device-tree/chosen/ids", "3767-0005-300");
  EXPECT_THAT(read_part_number(board.host()), Optional(std::string("p3767-0005")));
  board.write("/proc/device-tree/chosen/nvidia,sku", "699-13767-0000-300 M.1");
  EXPECT_THAT(read_part_number(board.host()), Optional(std::string("p3767-0000")));
  board.write("/sys/bus/i2c/devices/0-0050/eeprom", "\x01\x02 699-13701-0005-500 R.0");
  EXPECT_THAT(read_part_number(board.host()), Optional(std::string("p3701-0005")));
}

}  // namespace
}  // namespace jetmeter
