#include "run/memory_advice.h"

#include <gmock/gmock.h>

#include <array>

namespace jetmeter {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::uint64_t kMiB = 1024 * 1024;

TEST(MemoryAdvice, NamesTheLargestHoldersAndHowToReleaseThem) {
  const std::array<ProcessSummary, 4> others{{{812, "firefox", 2048 * kMiB},
                                              {7, "Xorg", 300 * kMiB},
                                              {9, "", 200 * kMiB},
                                              {10, "dockerd", 150 * kMiB}}};
  EXPECT_EQ(memory_advice(others, {}),
            "other programs hold firefox 2.00 GiB (pid 812), Xorg 300 MiB (pid 7), a process 200 "
            "MiB (pid 9): end what is not needed with kill PID");
}

TEST(MemoryAdvice, NamesThoseWhoHoldItForTheGpu) {
  const std::array<ProcessSummary, 2> resident{
      {{812, "firefox", 1024 * kMiB}, {2651, "Xorg", 90 * kMiB}}};
  const std::array<GpuClient, 4> on_gpu{{{4711, "VLLM::EngineCor", 4096 * kMiB},
                                         {2651, "Xorg", 70 * kMiB},
                                         {812, "firefox", 30 * kMiB},
                                         {9, "idle", 0}}};
  EXPECT_EQ(memory_advice(resident, on_gpu),
            "other programs hold VLLM::EngineCor 4.00 GiB of GPU memory (pid 4711), firefox 1.00 "
            "GiB (pid 812), Xorg 90.0 MiB and 70.0 MiB of GPU memory (pid 2651): end what is not "
            "needed with kill PID");
}

TEST(MemoryAdvice, NamesNothingThatIsNotWorthIt) {
  const std::array<ProcessSummary, 2> others{{{812, "firefox", 100 * kMiB}, {1, "init", kMiB}}};
  const auto advice = memory_advice(others, {});
  EXPECT_THAT(advice, HasSubstr("firefox 100 MiB (pid 812): end"));
  EXPECT_THAT(advice, Not(HasSubstr("init")));
  EXPECT_EQ(memory_advice({}, {}),
            "keep a fifth of the memory available: a smaller model or input");
}

}  // namespace
}  // namespace jetmeter
