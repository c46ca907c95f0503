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

}  // namespace
}  // namespace jetmeter
