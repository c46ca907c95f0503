#include "run/self_warnings.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Summary around(double ms, double stdev = 0) {
  Summary summary;
  summary.n = 100;
  summary.mean = summary.p50 = ms;
  summary.stdev = stdev;
  return summary;
}

SlotRecord on_gpu(std::vector<StageRecord> stages) {
  SlotRecord slot;
  slot.name = "model";
  slot.backend.emplace().device = "cuda:0";
  slot.stages_ms = std::move(stages);
  return slot;
}

std::vector<std::string> codes(const SlotRecord& slot) {
  std::vector<std::string> codes;
  for (const auto& warning : self_warnings({}, slot)) codes.push_back(warning.code);
  return codes;
}

TEST(SelfWarnings, AreSilentAboutACleanRun) {
  EXPECT_THAT(codes(on_gpu({{"enqueue", around(0.5)},
                            {"compute", around(10, 0.1)},
                            {"host_to_device", around(1)},
                            {"device_to_host", around(0.2)}})),
              IsEmpty());
}

TEST(SelfWarnings, NameTheHostThatCannotKeepTheDeviceBusy) {
  EXPECT_THAT(codes(on_gpu({{"enqueue", around(8.1)}, {"compute", around(10)}})),
              ElementsAre("enqueue_bound"));
  EXPECT_THAT(codes(on_gpu({{"enqueue", around(7.9)}, {"compute", around(10)}})), IsEmpty());
}

TEST(SelfWarnings, NameCopiesThatTakeAsLongAsTheWork) {
  const auto slot = on_gpu({{"host_to_device", around(10)}, {"compute", around(10)}});
  ASSERT_THAT(codes(slot), ElementsAre("transfer_bound"));
  EXPECT_THAT(self_warnings({}, slot)[0].message, HasSubstr("the copy to the device takes 10 ms"));
  EXPECT_THAT(codes(on_gpu({{"device_to_host", around(9)}, {"compute", around(10)}})), IsEmpty());
}

TEST(SelfWarnings, NameScatterThatADeviceDoesNotHaveByItself) {
  EXPECT_THAT(codes(on_gpu({{"compute", around(10, 0.26)}})), ElementsAre("noisy_clocks"));
  auto cpu = on_gpu({{"compute", around(10, 0.26)}});
  cpu.backend->device = "cpu";
  EXPECT_THAT(codes(cpu), IsEmpty());
  cpu.stages_ms = {{"compute", around(10, 1.1)}};
  EXPECT_THAT(codes(cpu), ElementsAre("noisy_clocks"));
}

TEST(SelfWarnings, NameAGeneratorThatDidNotKeepUp) {
  SlotRecord slot;
  slot.load.emplace().awaited = 1000;
  slot.load->generator_late = 10;
  EXPECT_THAT(codes(slot), IsEmpty());
  slot.load->generator_late = 11;
  EXPECT_THAT(codes(slot), ElementsAre("generator_late"));
  slot.load->awaited = 99;
  slot.load->generator_late = 1;
  EXPECT_THAT(codes(slot), IsEmpty()) << "one is no share";
  slot.load->generator_late = 2;
  EXPECT_THAT(codes(slot), ElementsAre("generator_late"));
}

TEST(SelfWarnings, NameWorkThatStillWaitedAtTheEnd) {
  SlotRecord slot;
  slot.load.emplace().unserved = 10;  // they came in the last moment
  EXPECT_THAT(codes(slot), testing::IsEmpty());
  slot.load->unserved = 12;
  ASSERT_THAT(codes(slot), ElementsAre("unserved"));
  EXPECT_THAT(self_warnings({}, slot)[0].message, HasSubstr("12 requests"));
}

TEST(SelfWarnings, NameThroughputThatIsTheInstruments) {
  SlotRecord slot;
  slot.load.emplace().done = 1000;
  slot.load->service_ms = around(0.001);
  slot.load->between_ns = 1000;
  ASSERT_THAT(codes(slot), ElementsAre("loop_bound"));
  EXPECT_THAT(self_warnings({}, slot)[0].message, HasSubstr("1 us pass between two inferences"));
  slot.load->between_ns = 40;
  EXPECT_THAT(codes(slot), IsEmpty());
  slot.load->between_ns.reset();  // a schedule waits on purpose
  EXPECT_THAT(codes(slot), IsEmpty());
}

TEST(SelfWarnings, SayWhatLatencyMeansWithSeveralInFlight) {
  SlotRecord slot;
  slot.load.emplace().scenario = "multi";
  slot.load->in_flight = 4;
  EXPECT_THAT(codes(slot), ElementsAre("shared_latency"));
}

TEST(SelfWarnings, NameARunOnTheMove) {
  SlotRecord slot;
  auto& statistics = slot.statistics.emplace();
  statistics.steady = SteadyState::Verdict::unsteady;
  statistics.steady_reason = "window 2 of 5 is 18 % above the last";
  statistics.drift = DriftVerdict::rising;
  statistics.drift_percent_over_run = 6.4;
  statistics.modes = {{10, 0.7}, {12, 0.3}};
  ASSERT_THAT(codes(slot), ElementsAre("unsteady", "drift", "several_modes"));
  const auto warnings = self_warnings({}, slot);
  EXPECT_THAT(warnings[0].message, HasSubstr("window 2 of 5"));
  EXPECT_THAT(warnings[1].message, HasSubstr("rose by 6.4 %"));
  EXPECT_THAT(warnings[2].message, HasSubstr("10 ms (70 %), 12 ms (30 %)"));
}

TEST(SelfWarnings, DoNotShoutAboutADriftThatDoesNotMatter) {
  SlotRecord slot;
  slot.statistics.emplace().drift = DriftVerdict::falling;
  slot.statistics->drift_percent_over_run = -1.9;
  EXPECT_THAT(codes(slot), IsEmpty());
}

TEST(SelfWarnings, SayThatARunWasSlowedOnPurpose) {
  SlotData data;
  data.spec.bench.emplace();
  EXPECT_THAT(self_warnings(data, {}), IsEmpty());
  data.spec.bench->slowdown = 0.03;
  const auto warnings = self_warnings(data, {});
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_EQ(warnings[0].code, "slowed_on_purpose");
  EXPECT_THAT(warnings[0].message, HasSubstr("by 3 % of its time"));
}

TEST(SelfWarnings, SayThatTheGpusMemoryIsNotTold) {
  SlotData data;
  data.model.emplace().backend.device = "cuda:0";
  data.footprint_peak = 300 << 20;
  data.available_drop = 900 << 20;
  const auto warnings = self_warnings(data, {});
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_EQ(warnings[0].code, "gpu_memory_untold");
  EXPECT_THAT(warnings[0].message, HasSubstr("it held 300 MiB (PSS)"));
  EXPECT_THAT(warnings[0].message, HasSubstr("900 MiB less became available"));
  data.gpu_memory_told = true;
  EXPECT_THAT(self_warnings(data, {}), IsEmpty());
}

TEST(SelfWarnings, HandOnTheWorkersNotes) {
  SlotData data;
  data.bench.emplace().notes = {"the clock went back 2 times"};
  const auto warnings = self_warnings(data, {});
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_EQ(warnings[0].message, "the clock went back 2 times");
}

}  // namespace
}  // namespace jetmeter
