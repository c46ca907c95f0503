#include "run/run_conditions.h"

#include <gtest/gtest.h>

namespace jetmeter {
namespace {

TEST(GpuOfDevice, IsTheIntegratedOneWhereItHasReadings) {
  const std::vector<HistoryPoint> one{{Nanoseconds(1), 1}};
  const Histories discrete{{"load.gpu0", one}}, integrated{{"clock.gpu", one}},
      told{{"tegrastats.load.gpu", one}};
  EXPECT_EQ(gpu_of_device("cuda:0", discrete), "gpu0");
  EXPECT_EQ(gpu_of_device("cuda:1", {}), "gpu1");
  EXPECT_EQ(gpu_of_device("tensorrt", {}), "gpu0");
  EXPECT_EQ(gpu_of_device("cuda:0", integrated), "gpu");
  EXPECT_EQ(gpu_of_device("tensorrt:0", told), "gpu");
}

TEST(GpuOfDevice, IsNoneForWhatIsNoGpu) {
  for (const auto* device : {"", "cpu", "xnnpack", "dla:0", ":0", "openvino"})
    EXPECT_EQ(gpu_of_device(device, {}), "") << device;
}

}  // namespace
}  // namespace jetmeter
