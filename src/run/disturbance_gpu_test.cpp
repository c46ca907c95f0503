// Other programs on the GPU.
#include <gmock/gmock.h>

#include "run/test_disturbed_scene.h"

namespace jetmeter {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

using Scene = DisturbedScene;

GpuClients clients(std::vector<GpuClient> list) {
  return {"nvmap", std::move(list)};
}

TEST(GpuShared, NamesWhoStayed) {
  Scene scene;
  scene.on_gpu("gpu").facts.gpu_clients_before =
      clients({{812, "Xorg", 1 << 20}, {900, "gnome-shell", 8 << 20}, {7, "ours", 1 << 20}});
  scene.facts.gpu_clients_after = clients({{812, "Xorg", 1 << 20}, {900, "gnome-shell", 8 << 20}});
  scene.facts.own_processes = {7};
  EXPECT_THAT(scene.found(), ElementsAre("gpu_shared 30/30"));
  EXPECT_THAT(scene.message(), HasSubstr("held memory on the GPU all the time: gnome-shell (900, "
                                         "8.00 MiB), Xorg (812, 1.00 MiB); all 30 frames of rgb"));
}

TEST(GpuShared, CannotTieWhoCameOrWent) {
  Scene scene;
  scene.on_gpu("gpu").facts.gpu_clients_before = clients({{812, "Xorg", 1 << 20}});
  scene.facts.gpu_clients_after = clients({});
  EXPECT_THAT(scene.found(), ElementsAre("gpu_shared ?/30"));
  EXPECT_FALSE(scene.records().front().seconds);
  EXPECT_THAT(scene.message(), AllOf(HasSubstr("at the beginning: Xorg"),
                                     HasSubstr("nobody knows which of rgb's 30 frames")));
}

TEST(GpuShared, IsNoneOfASlotsOnTheCpuNorOfNobody) {
  Scene scene;
  scene.facts.gpu_clients_before = scene.facts.gpu_clients_after =
      clients({{812, "Xorg", 1 << 20}});
  EXPECT_THAT(scene.found(), IsEmpty());
  scene.on_gpu("gpu").facts.own_processes = {812};
  EXPECT_THAT(scene.found(), IsEmpty());
  scene.facts.own_processes.clear();
  scene.facts.gpu_clients_before = scene.facts.gpu_clients_after = clients({{812, "Xorg", 0}});
  EXPECT_THAT(scene.found(), IsEmpty());
  scene.facts.gpu_clients_before.reset();
  scene.facts.gpu_clients_after.reset();
  EXPECT_THAT(scene.found(), IsEmpty());
}

// The memory bus and the power budget are everybody's.
TEST(GpuShared, IsThatOfASlotOnTheCpuWhereTheMemoryIsShared) {
  Scene scene;
  scene.facts.unified_memory = true;
  scene.facts.gpu_clients_before = scene.facts.gpu_clients_after =
      clients({{812, "VLLM", 1 << 20}});
  EXPECT_THAT(scene.found(), ElementsAre("gpu_shared 30/30"));
  EXPECT_THAT(scene.message(),
              HasSubstr("on the GPU, which shares the memory bus and the power budget with the "
                        "CPU, all the time: VLLM"));
  scene.on_gpu("gpu");
  EXPECT_THAT(scene.message(), HasSubstr("held memory on the GPU all the time: VLLM"));
}

TEST(GpuBusyBefore, ConcernsEverySlotWhereTheMemoryIsShared) {
  Scene scene;
  scene.add("load.gpu", every(0.25, {99, 99, 99}));
  scene.facts.idle = TimeSpan{seconds(0), seconds(0.6)};
  EXPECT_THAT(scene.found(), IsEmpty());
  scene.facts.unified_memory = true;
  EXPECT_THAT(scene.found(), ElementsAre("gpu_busy_before ?/30"));
  EXPECT_THAT(scene.message(), HasSubstr("power budget with the CPU, was 99 % busy before"));
  scene.thermal = scene.rgb;
  scene.facts.slots.push_back({"thermal", "gpu", scene.thermal});
  EXPECT_THAT(scene.found(), ElementsAre("gpu_busy_before ?/30", "gpu_busy_before ?/30"));
}

TEST(GpuBusyBefore, IsTheMeanOfTheIdleTime) {
  Scene scene;
  scene.on_gpu("gpu0").add("load.gpu0", every(0.25, {0, 20, 30, 99, 99, 99}));
  scene.facts.idle = TimeSpan{seconds(0), seconds(0.6)};
  EXPECT_THAT(scene.found(), ElementsAre("gpu_busy_before ?/30"));
  EXPECT_THAT(scene.message(), HasSubstr("the GPU was 17 % busy before"));
  scene.add("load.gpu0", every(0.25, {0, 10, 20, 99}));  // 10 %, not more
  EXPECT_THAT(scene.found(), IsEmpty());
  scene.add("load.gpu0", every(0.25, {90, 99, 99, 99}));
  scene.facts.idle = TimeSpan{seconds(0), seconds(0.1)};  // one reading
  EXPECT_THAT(scene.found(), IsEmpty());
  scene.facts.idle.reset();
  EXPECT_THAT(scene.found(), IsEmpty());
}

}  // namespace
}  // namespace jetmeter
