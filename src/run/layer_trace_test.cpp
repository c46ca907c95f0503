#include "run/layer_trace.h"

#include <gtest/gtest.h>

namespace jetmeter {
namespace {

using namespace std::chrono_literals;

TEST(LayerTrace, PutsTheLayersWhereTheirPhaseBegan) {
  SlotData slot;
  slot.spec.name = "rgb";
  slot.bench.emplace().layers = {{"conv", "Conv", "cpu", 4, 6us, 0us}};
  slot.phases = {{"load", 0.5, {}}, {"profile", 0.25, {}}, {"unload", 0.125, {}}};
  const auto trace = layer_trace(std::vector{slot});
  ASSERT_EQ(trace.processes.size(), 1u);
  const auto& process = trace.processes[0];
  EXPECT_EQ(process.name, "rgb");
  EXPECT_EQ(process.layers_begin, 500ms);
  ASSERT_EQ(process.spans.size(), 3u);
  EXPECT_EQ(process.spans[2].name, "unload");
  EXPECT_EQ(process.spans[2].begin, 750ms);
  EXPECT_EQ(process.spans[2].duration, 125ms);
}

TEST(LayerTrace, OfSlotsWithoutProfiledLayersThereIsNone) {
  SlotData frames, load;
  load.bench.emplace();
  EXPECT_TRUE(layer_trace(std::vector{frames, load}).processes.empty());
}

}  // namespace
}  // namespace jetmeter
