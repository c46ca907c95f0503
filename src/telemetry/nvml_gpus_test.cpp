#include "telemetry/nvml_gpus.h"

#include <gmock/gmock.h>

#include "telemetry/nvml_test.h"

namespace jetmeter {
namespace {

using testing::Optional;

TEST(NvmlGpus, TellsTheFactsOfADiscreteGpu) {
  const BoardWithNvml board("x86-two-a100");
  const auto gpus = nvml_gpus(board.host());
  ASSERT_EQ(gpus.size(), 2u);
  EXPECT_EQ(gpus[0].name, "NVIDIA A100-SXM4-80GB");
  EXPECT_THAT(gpus[0].memory_bytes, Optional(85899345920ull));
  EXPECT_THAT(gpus[0].integrated, Optional(false));
  EXPECT_THAT(gpus[0].compute_capability, Optional(std::string("8.0")));
  EXPECT_THAT(gpus[0].driver, Optional(std::string("550.54.15")));
}

TEST(NvmlGpus, AnIntegratedGpuHasNoMemoryOfItsOwn) {
  const NvmlAlone thor(kThorAnswers);
  const auto gpus = nvml_gpus(thor.host());
  ASSERT_EQ(gpus.size(), 1u);
  EXPECT_EQ(gpus[0].name, "NVIDIA Thor");
  EXPECT_EQ(gpus[0].memory_bytes, std::nullopt);
  EXPECT_THAT(gpus[0].integrated, Optional(true));
  EXPECT_THAT(gpus[0].compute_capability, Optional(std::string("11.0")));
  thor.answer("nvmlDeviceGetCount_v2 - 1\nnvmlDeviceGetMemoryInfo 0 0 0 0\n");
  EXPECT_THAT(nvml_gpus(thor.host()).at(0).integrated, Optional(true));
  EXPECT_EQ(nvml_gpus(thor.host()).at(0).memory_bytes, std::nullopt);
}

TEST(NvmlGpus, WhatIsNotToldIsAbsent) {
  const NvmlAlone board(
      "nvmlDeviceGetCount_v2 - 2\nnvmlDeviceGetMemoryInfo 0 error 15\n"
      "nvmlDeviceGetHandleByIndex_v2 1 error 4\n");
  const auto gpus = nvml_gpus(board.host());
  ASSERT_EQ(gpus.size(), 2u);
  for (const auto& gpu : gpus) {
    EXPECT_EQ(gpu.name, "");
    EXPECT_EQ(gpu.memory_bytes, std::nullopt);
    EXPECT_EQ(gpu.integrated, std::nullopt);
    EXPECT_EQ(gpu.compute_capability, std::nullopt);
    EXPECT_EQ(gpu.driver, std::nullopt);
  }
}

TEST(NvmlGpus, WithoutNvmlThereAreNone) {
  EXPECT_TRUE(nvml_gpus(BoardCopy().host()).empty());
  EXPECT_TRUE(nvml_gpus(NvmlAlone("nvmlInit_v2 - error 18\n").host()).empty());
  EXPECT_TRUE(nvml_gpus(NvmlAlone("\xff\x01").host()).empty());
}

}  // namespace
}  // namespace jetmeter
