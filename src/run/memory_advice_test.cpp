#include "run/memory_advice.h"

#include <gmock/gmock.h>

#include <array>

namespace jetmeter {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::uint64_t kMiB = 1024 * 1024;

TEST(MemoryAdvice, NamesTheLargestHoldersAndHowToReleaseThem) {
  const std::array<MemoryHolder, 4> others{{{812, "firefox", 2048 * kMiB, 0},
                                            {7, "Xorg", 300 * kMiB, 0},
                                            {9, "", 200 * kMiB, 0},
                                            {10, "dockerd", 150 * kMiB, 0}}};
  EXPECT_EQ(memory_advice(others, 700 * kMiB),
            "other programs hold firefox 2.00 GiB (pid 812), Xorg 300 MiB (pid 7), a process 200 "
            "MiB (pid 9): end what is not needed with kill PID; the page cache holds 700 MiB: "
            "sync; echo 1 | sudo tee /proc/sys/vm/drop_caches");
}

TEST(MemoryAdvice, NamesNothingThatIsNotWorthIt) {
  const std::array<MemoryHolder, 2> others{
      {{812, "firefox", 100 * kMiB, kMiB}, {1, "init", kMiB, 0}}};
  const auto advice = memory_advice(others, kMiB);
  EXPECT_THAT(advice, HasSubstr("firefox 100 MiB (pid 812): end"));
  EXPECT_THAT(advice, Not(HasSubstr("init")));
  EXPECT_THAT(advice, Not(HasSubstr("page cache")));
  EXPECT_THAT(memory_advice({}, 200 * kMiB), HasSubstr("the page cache holds 200 MiB"));
  EXPECT_THAT(memory_advice({}, {}), HasSubstr("a smaller model"));
}

// nvmap's buffers are in no process's RSS.
TEST(MemoryAdvice, NamesWhoHoldsTheMemoryOnTheGpu) {
  const std::array<ProcessSummary, 3> processes{
      {{812, "firefox", 2048 * kMiB}, {40, "jetmeter", 900 * kMiB}, {1792, "VLLM", 300 * kMiB}}};
  const std::array<GpuClient, 4> clients{{{1792, "VLLM::EngineCor", 4000 * kMiB},
                                          {2651, "Xorg", 80 * kMiB},
                                          {1792, "VLLM::EngineCor", 96 * kMiB},
                                          {40, "jetmeter", 3000 * kMiB}}};
  const auto holders = memory_holders(processes, clients, 40);
  EXPECT_EQ(memory_advice(holders, {}),
            "other programs hold VLLM 300 MiB and 4.00 GiB of GPU memory (pid 1792), firefox 2.00 "
            "GiB (pid 812), Xorg 80.0 MiB of GPU memory (pid 2651): end what is not needed with "
            "kill PID");
  EXPECT_EQ(memory_advice(memory_holders({}, clients, 40), {}),
            "other programs hold VLLM::EngineCor 4.00 GiB of GPU memory (pid 1792), Xorg 80.0 MiB "
            "of GPU memory (pid 2651): end what is not needed with kill PID");
}

}  // namespace
}  // namespace jetmeter
