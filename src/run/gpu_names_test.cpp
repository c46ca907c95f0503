#include "run/gpu_names.h"

#include <gmock/gmock.h>

#include "run/disturbance.h"

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

// Ten readings of one second.
std::vector<HistoryPoint> readings(std::initializer_list<double> values) {
  std::vector<HistoryPoint> points;
  for (const double value : values)
    points.push_back({std::chrono::seconds(points.size() + 1), value});
  return points;
}

std::vector<HistoryPoint> tenfold(double value) {
  return readings({value, value, value, value, value, value, value, value, value, value});
}

std::vector<std::string> names_of(const Histories& histories) {
  std::vector<std::string> names;
  for (const auto& [name, points] : histories) names.push_back(name);
  return names;
}

// What an AGX Thor tells: the clock by devfreq, the load and the throttling by NVML.
Histories of_a_thor() {
  constexpr double kFull = 1.5e9, kCut = 0.9e9;
  return {
      {"clock.gpu", readings({kFull, kFull, kFull, kFull, kFull, kCut, kCut, kCut, kCut, kFull})},
      {"clock.gpu_cap", tenfold(kFull)},
      {"clock.gpu0", tenfold(kFull)},
      {"load.gpu0", tenfold(99)},
      {"load.gpu0_memory", tenfold(30)},
      {"throttle.gpu0", readings({0, 0, 0, 0, 0, 1, 1, 0, 0, 0})},
      {"temperature.gpu0", tenfold(60)}};
}

std::vector<std::string> disturbances_of(const Histories& histories) {
  std::vector<FrameSample> frames(3);
  for (std::size_t i = 0; i < frames.size(); ++i) {
    frames[i].started_ns = static_cast<std::int64_t>(3 * i + 1) * 1'000'000'000;
    frames[i].latency_ns = 2'500'000'000;
  }
  DisturbanceFacts facts;
  facts.histories = histories;
  facts.slots = {{"rgb", gpu_of_device("cuda:0", histories), frames}};
  facts.idle = TimeSpan{Nanoseconds{0}, std::chrono::seconds(4)};
  std::vector<std::string> codes;
  for (const auto& found : find_disturbances(facts)) codes.push_back(found.code);
  return codes;
}

TEST(OneGpuName, JoinsWhatTheKernelAndNvmlTellOfOneGpu) {
  const auto histories = with_one_gpu_name(of_a_thor(), MemoryArchitecture::unified);
  EXPECT_THAT(names_of(histories),
              testing::ElementsAre("clock.gpu", "clock.gpu_cap", "load.gpu", "load.gpu_memory",
                                   "temperature.gpu0", "throttle.gpu"));
  EXPECT_EQ(histories.at("clock.gpu")[6].value, 0.9e9) << "the kernel's own, not NVML's";
}

TEST(OneGpuName, FindsWhatDisturbedTheGpuThatTwoTellOf) {
  EXPECT_THAT(disturbances_of(of_a_thor()), testing::IsEmpty());
  EXPECT_THAT(disturbances_of(with_one_gpu_name(of_a_thor(), MemoryArchitecture::unified)),
              testing::UnorderedElementsAre("gpu_busy_before", "throttled", "clock_sagged"));
}

TEST(OneGpuName, LeavesGpusThatAreNotOne) {
  const auto one = tenfold(1);
  const auto discrete = of_a_thor();
  EXPECT_EQ(names_of(with_one_gpu_name(discrete, MemoryArchitecture::discrete)),
            names_of(discrete));
  auto two = of_a_thor(), with_card = of_a_thor();
  two["load.gpu1"] = one;
  EXPECT_EQ(names_of(with_one_gpu_name(two, MemoryArchitecture::unified)), names_of(two));
  with_card["memory.gpu0_total"] = one;
  EXPECT_EQ(names_of(with_one_gpu_name(with_card, MemoryArchitecture::unified)),
            names_of(with_card));
  const Histories nvml_alone{{"load.gpu0", one}};
  EXPECT_EQ(names_of(with_one_gpu_name(nvml_alone, MemoryArchitecture::unified)),
            names_of(nvml_alone));
}

}  // namespace
}  // namespace jetmeter
