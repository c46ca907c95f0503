#include "telemetry/nvml_test.h"

#include <gmock/gmock.h>

#include "telemetry/source_test.h"

namespace jetmeter {

extern const SourceKind nvml_source;

namespace {

using testing::HasSubstr;
using testing::Optional;

constexpr std::string_view kOneGpu = "nvmlDeviceGetCount_v2 - 1\n";

std::unique_ptr<Source> opened(const BoardCopy& board) {
  auto source = nvml_source.open(board.host());
  EXPECT_TRUE(source) << source.error().what;
  return source ? std::move(*source) : nullptr;
}

std::string error_on(const BoardCopy& board) {
  const auto source = nvml_source.open(board.host());
  return source ? "it opens" : source.error().what;
}

std::string one_gpu(std::string_view answers) {
  return std::string(kOneGpu) + std::string(answers);
}

TEST(Nvml, ReadsTwoGpus) {
  const BoardWithNvml board("x86-two-a100");
  const auto source = opened(board);
  ASSERT_TRUE(source);
  const Reading expected{{"load.gpu0", 97.0},
                         {"load.gpu0_memory", 41.0},
                         {"clock.gpu0", 1.38e9},
                         {"clock.gpu0_memory", 1.593e9},
                         {"clock.gpu0_cap", 1.41e9},
                         {"memory.gpu0_used", 21474836480.0},
                         {"memory.gpu0_total", 85899345920.0},
                         {"temperature.gpu0", 62.0},
                         {"power.gpu0", 398.25},
                         {"energy.gpu0", 7340032.5},
                         {"throttle.gpu0", 0.0},
                         {"load.gpu1", 0.0},
                         {"load.gpu1_memory", 0.0},
                         {"clock.gpu1", 2.1e8},
                         {"clock.gpu1_memory", 1.593e9},
                         {"clock.gpu1_cap", 1.41e9},
                         {"memory.gpu1_used", 650117120.0},
                         {"memory.gpu1_total", 85899345920.0},
                         {"temperature.gpu1", 31.0},
                         {"power.gpu1", 61.004},
                         {"energy.gpu1", 912345.678},
                         {"throttle.gpu1", 0.0}};
  EXPECT_EQ(read_once(*source), expected);
}

TEST(Nvml, NamesTheUnits) {
  const BoardWithNvml board("x86-two-a100");
  const auto source = opened(board);
  ASSERT_TRUE(source);
  std::map<std::string, Unit> units;
  for (const auto& channel : source->channels()) units[channel.name] = channel.unit;
  EXPECT_EQ(units["load.gpu0_memory"], Unit::percent);
  EXPECT_EQ(units["clock.gpu0_cap"], Unit::hertz);
  EXPECT_EQ(units["memory.gpu1_used"], Unit::byte);
  EXPECT_EQ(units["temperature.gpu0"], Unit::celsius);
  EXPECT_EQ(units["power.gpu0"], Unit::watt);
  EXPECT_EQ(units["energy.gpu0"], Unit::joule);
  EXPECT_EQ(units["throttle.gpu0"], Unit::none);
  EXPECT_EQ(nvml_source.shortest_period, std::chrono::milliseconds(100));
}

// nvmlInit succeeds there and everything else is refused; zeros would be taken for measurements.
TEST(Nvml, OrinIsAbsentInItsOwnWords) {
  const NvmlAlone board(kOrinAnswers);
  EXPECT_EQ(
      error_on(board),
      "NVML of driver 540.4.0 starts but tells nothing of GPU 0 (Orin (nvgpu)): Not Supported");
}

TEST(Nvml, ThorHasTheChannelsThatAnswer) {
  const NvmlAlone board(kThorAnswers);
  const auto source = opened(board);
  ASSERT_TRUE(source);
  const Reading expected{{"load.gpu0", 85.0},
                         {"load.gpu0_memory", 0.0},
                         {"temperature.gpu0", 62.0},
                         {"power.gpu0", 37.53}};
  EXPECT_EQ(read_once(*source), expected);
}

TEST(Nvml, DriversOfOtherAgesTellTheSame) {
  const BoardWithNvml board("x86-two-a100");
  const auto now = read_once(*opened(board));
  install_nvml(board, kNvmlFolder, JM_FAKE_NVML_NEXT);
  EXPECT_EQ(read_once(*opened(board)), now) << "temperature and throttling by their new names";
  install_nvml(board, kNvmlFolder, JM_FAKE_NVML_OLD);
  auto expected = now;
  expected.erase("energy.gpu0");
  expected.erase("energy.gpu1");
  EXPECT_EQ(read_once(*opened(board)), expected) << "what it lacks is absent";
}

TEST(Nvml, SlowdownIsThrottlingAndIdlenessIsNot) {
  const NvmlAlone board(one_gpu("nvmlDeviceGetCurrentClocksEventReasons 0 0\n"));
  const auto source = opened(board);
  ASSERT_TRUE(source);
  const auto with = [&](std::string_view reasons) {
    board.answer(
        one_gpu("nvmlDeviceGetCurrentClocksEventReasons 0 " + std::string(reasons) + "\n"));
    return read_once(*source).at("throttle.gpu0");
  };
  // Idle, applications' clocks, power limit, sync boost, display clocks.
  for (const auto* reasons : {"0", "1", "2", "4", "16", "256"})
    EXPECT_THAT(with(reasons), Optional(0.0)) << reasons;
  // Hardware, thermal by software, thermal by hardware, power brake; and beside others.
  for (const auto* reasons : {"8", "32", "64", "128", "72", "5", "36"})
    EXPECT_THAT(with(reasons), Optional(reasons == std::string("5") ? 0.0 : 1.0)) << reasons;
  EXPECT_EQ(with("18446744073709551615"), std::nullopt) << "not told";
}

TEST(Nvml, WhatNvmlDoesNotKnowIsAbsent) {
  const NvmlAlone board(
      one_gpu("nvmlDeviceGetUtilizationRates 0 97 41\n"
              "nvmlDeviceGetMemoryInfo 0 1000 600 400\n"
              "nvmlDeviceGetPowerUsage 0 100\n"
              "nvmlDeviceGetTotalEnergyConsumption 0 100\n"
              "nvmlDeviceGetClockInfo/1 0 100\n"));
  const auto source = opened(board);
  ASSERT_TRUE(source);
  board.answer(
      one_gpu("nvmlDeviceGetUtilizationRates 0 101 4294967295\n"
              "nvmlDeviceGetMemoryInfo 0 1000 0 1001\n"
              "nvmlDeviceGetPowerUsage 0 4294967295\n"
              "nvmlDeviceGetTotalEnergyConsumption 0 18446744073709551615\n"
              "nvmlDeviceGetClockInfo/1 0 4294967295\n"));
  for (const auto& [name, value] : read_once(*source)) EXPECT_EQ(value, std::nullopt) << name;
}

// Integrated GPUs of some drivers: success, and 0 bytes of 0.
TEST(Nvml, MemoryOfNoBytesIsNoChannel) {
  const NvmlAlone board(
      one_gpu("nvmlDeviceGetMemoryInfo 0 0 0 0\nnvmlDeviceGetTemperature 0 40\n"));
  const auto source = opened(board);
  ASSERT_TRUE(source);
  EXPECT_EQ(read_once(*source), (Reading{{"temperature.gpu0", 40.0}}));
}

TEST(Nvml, SuccessWithNothingToldIsNoData) {
  const NvmlAlone board(
      one_gpu("nvmlDeviceGetMemoryInfo 0 0 0 0\n"
              "nvmlDeviceGetUtilizationRates 0 999 999\n"));
  EXPECT_THAT(error_on(board), HasSubstr("tells nothing of GPU 0: No data"));
}

TEST(Nvml, ALostGpuIsAbsentAndTheOtherGoesOn) {
  const BoardWithNvml board("x86-two-a100");
  const auto source = opened(board);
  ASSERT_TRUE(source);
  board.write(nvml_answers_path(),
              "nvmlDeviceGetUtilizationRates 0 error 15\nnvmlDeviceGetPowerUsage 0 error 15\n"
              "nvmlDeviceGetPowerUsage 1 61004\n");
  const auto reading = read_once(*source);
  EXPECT_EQ(reading.at("load.gpu0"), std::nullopt);
  EXPECT_EQ(reading.at("power.gpu0"), std::nullopt);
  EXPECT_THAT(reading.at("power.gpu1"), Optional(61.004));
  EXPECT_EQ(reading.size(), 22u) << "channels stay";
}

TEST(Nvml, AGpuThatMayNotBeTouchedKeepsItsIndex) {
  const NvmlAlone board(
      "nvmlDeviceGetCount_v2 - 2\nnvmlDeviceGetHandleByIndex_v2 0 error 4\n"
      "nvmlDeviceGetPowerUsage 0 1000\nnvmlDeviceGetPowerUsage 1 2000\n");
  const auto source = opened(board);
  ASSERT_TRUE(source);
  EXPECT_EQ(read_once(*source), (Reading{{"power.gpu1", 2.0}}));
  board.answer(
      "nvmlDeviceGetCount_v2 - 2\nnvmlDeviceGetHandleByIndex_v2 0 error 4\n"
      "nvmlDeviceGetPowerUsage 1 error 15\nnvmlDeviceGetUtilizationRates 1 error 15\n");
  EXPECT_EQ(error_on(board),
            "NVML of driver unknown starts but tells nothing of "
            "GPU 0: Insufficient Permissions; GPU 1: GPU is lost");
}

}  // namespace
}  // namespace jetmeter
