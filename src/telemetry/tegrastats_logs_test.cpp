// The parser on logs of real boards. The totals were taken with regular expressions.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <fstream>

#include "jetmeter/tegrastats.h"
#include "support/real_data.h"

namespace jetmeter {
namespace {

struct Log {
  std::string_view name;  // how the file's name begins
  int lines, other_lines;
  std::uint64_t ram_mib;
  std::size_t cores_off;
  double load_percent, celsius, milliwatts;
};

std::ostream& operator<<(std::ostream& out, const Log& log) {
  return out << log.name;
}

constexpr Log kLogs[] = {
    {"agx_orin64gb_r36_trtload", 15, 0, 269333, 60, 1115, 3740.090, 96267},
    {"agx_orin64gb_r39.2.0_cores_off", 1, 0, 4714, 4, 403, 245.248, 9630},
    {"agx_orin64gb_r39.2_jetson_stats", 1, 0, 20642, 0, 191, 198.530, 13907},
    {"agx_thor_r38.4.0", 3, 0, 12797, 0, 133, 416.339, 26513},
    {"agx_thor_r39.2.0_jp7.2_load_no_gr3d", 1, 0, 36529, 0, 5, 308.342, 162246},
    {"nano4gb_r32.7_jp4.6.1_trtexec", 114, 0, 189892, 0, 6782, 21873, 806495},
    {"orin_nano8gb_r36_nosudo", 1, 0, 3452, 0, 8, 298.593, 6817},
    {"tx2_r28_sudo_single_2018", 2, 3, 572, 4, 354, 591.4, 12530},
    {"tx2_r32_2021-01-26", 432, 1, 1169728, 0, 32201, 154010.45, 2920495},
    {"tx2_r32_single_line", 1, 0, 1404, 0, 0, 334.1, 2587},
    {"tx2_r32_sudo", 1, 0, 3276, 0, 210, 335.55, 9367},
    {"xavier_nx8gb_r35_gpuburn", 103, 0, 537174, 206, 41047, 28767.05, 2223236},
};

std::filesystem::path find_log(std::string_view name) {
  const auto folder = real_data("telemetry/tegrastats");
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error))
    if (entry.path().filename().string().starts_with(name)) return entry.path();
  return folder / name;
}

class TegrastatsLog : public testing::TestWithParam<Log> {};

TEST_P(TegrastatsLog, IsUnderstoodToTheLastWord) {
  const auto path = find_log(GetParam().name);
  JM_SKIP_WITHOUT(path);
  Log sum{};
  std::ifstream file(path);
  std::string text;
  TegrastatsLine line;
  while (std::getline(file, text)) {
    if (!parse_tegrastats(text, line)) {
      ++sum.other_lines;
      continue;
    }
    ++sum.lines;
    EXPECT_EQ(line.unknown_count, 0u) << text << "\n" << line.unknown.front();
    ASSERT_TRUE(line.ram) << text;
    sum.ram_mib += line.ram->used_bytes >> 20;
    for (const auto& core : line.cores) {
      sum.cores_off += core.off ? 1 : 0;
      sum.load_percent += core.load_percent.value_or(0);
    }
    for (const auto& sensor : line.temperatures) sum.celsius += sensor.celsius.value_or(0);
    for (const auto& rail : line.rails) sum.milliwatts += 1e3 * rail.watts;
  }
  EXPECT_EQ(sum.lines, GetParam().lines);
  EXPECT_EQ(sum.other_lines, GetParam().other_lines);
  EXPECT_EQ(sum.ram_mib, GetParam().ram_mib);
  EXPECT_EQ(sum.cores_off, GetParam().cores_off);
  EXPECT_EQ(sum.load_percent, GetParam().load_percent);
  EXPECT_NEAR(sum.celsius, GetParam().celsius, 1e-6);
  EXPECT_NEAR(sum.milliwatts, GetParam().milliwatts, 1e-6);
}

INSTANTIATE_TEST_SUITE_P(, TegrastatsLog, testing::ValuesIn(kLogs), [](const auto& test) {
  std::string name(test.param.name);
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
});

}  // namespace
}  // namespace jetmeter
