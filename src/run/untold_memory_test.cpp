#include "run/untold_memory.h"

#include <gtest/gtest.h>

namespace jetmeter {
namespace {

SlotData slot_on(std::string device) {
  SlotData slot;
  slot.model.emplace().backend.device = std::move(device);
  return slot;
}

TEST(HoldsUntoldMemory, OnAGpuWhoseMemoryNobodyTells) {
  for (const auto* device : {"cuda:0", "tensorrt", "rocm"}) {
    auto slot = slot_on(device);
    EXPECT_TRUE(holds_untold_memory(slot)) << device;
    slot.gpu_memory_told = true;
    EXPECT_FALSE(holds_untold_memory(slot)) << device;
  }
}

TEST(HoldsUntoldMemory, NotOnTheCpu) {
  for (const auto* device : {"cpu", "xnnpack", ""})
    EXPECT_FALSE(holds_untold_memory(slot_on(device))) << device;
}

TEST(HoldsUntoldMemory, BeforeTheModelAnsweredTheDeviceIsThatAskedFor) {
  SlotData slot;
  EXPECT_FALSE(holds_untold_memory(slot));
  slot.spec.load.device = "cuda:1";
  EXPECT_TRUE(holds_untold_memory(slot));
}

TEST(KeepGpuReading, KeepsTheLargestOfEachPhase) {
  auto slot = slot_on("cuda:0");
  keep_gpu_reading(slot, "load", {ViewBytes(100), ViewBytes(50)});
  keep_gpu_reading(slot, "measure", {ViewBytes(100), ViewBytes(90)});
  keep_gpu_reading(slot, "measure", {ViewBytes(90), ViewBytes(80)});
  keep_gpu_reading(slot, "", {ViewBytes(900), ViewBytes(80)});
  EXPECT_FALSE(holds_untold_memory(slot));
  EXPECT_EQ(slot.phase_footprints.size(), 2u);
  EXPECT_EQ(slot.phase_footprints.at("load"), 150u);
  EXPECT_EQ(slot.phase_footprints.at("measure"), 190u);
}

TEST(KeepGpuReading, NothingHeldOnAGpuInUseIsNothingTold) {
  auto slot = slot_on("cuda:0");
  keep_gpu_reading(slot, "measure", {ViewBytes(100), ViewBytes(0)});
  keep_gpu_reading(slot, "measure", {ViewBytes(100), {}});
  keep_gpu_reading(slot, "measure", {{}, ViewBytes(10)});
  EXPECT_TRUE(holds_untold_memory(slot));
  EXPECT_TRUE(slot.phase_footprints.empty());
}

}  // namespace
}  // namespace jetmeter
