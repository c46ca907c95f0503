#include "model/arena.h"

#include <gtest/gtest.h>

#include "jetmeter/model.h"
#include "model/liveness.h"
#include "support/real_data.h"

namespace jetmeter {
namespace {

constexpr std::uint64_t kKiB = 1024;
constexpr std::uint64_t kMiB = 1024 * kKiB;

TEST(Arena, GrowsByPowersOfTwoAndCountsWhatIsTouched) {
  Arena arena;
  EXPECT_EQ(arena.touched_bytes(), 0U);
  arena.take(1);
  EXPECT_EQ(arena.reserved_bytes(), kMiB);
  EXPECT_EQ(arena.touched_bytes(), 256U);
  arena.take(kMiB);  // the next region is 2 MiB
  EXPECT_EQ(arena.reserved_bytes(), 3 * kMiB);
  arena.take(5 * kMiB);  // 4 MiB is too little: 8
  EXPECT_EQ(arena.reserved_bytes(), 11 * kMiB);
  EXPECT_EQ(arena.touched_bytes(), 256 + 6 * kMiB);
}

TEST(Arena, UnitesNeighboursThatFallFree) {
  Arena arena;
  const auto a = arena.take(300 * kKiB);
  const auto b = arena.take(300 * kKiB);
  const auto c = arena.take(300 * kKiB);
  arena.give_back(a);
  arena.give_back(c);
  arena.give_back(b);
  arena.take(kMiB);
  EXPECT_EQ(arena.reserved_bytes(), kMiB);
}

TEST(Arena, TakesTheSmallestChunkThatFits) {
  Arena arena;
  const auto large = arena.take(400 * kKiB);
  arena.take(kKiB);
  const auto small = arena.take(100 * kKiB);
  arena.take(kKiB);
  arena.give_back(large);
  arena.give_back(small);
  EXPECT_EQ(arena.take(90 * kKiB).offset, 401 * kKiB);
}

TEST(Pattern, PutsABlockIntoTheGapItFillsBest) {
  // a and c die; d fits the gap of c exactly.
  const std::vector<Activation> buffers{{1024, 0, 1, false},
                                        {256, 0, 3, false},
                                        {512, 1, 1, false},
                                        {256, 1, 3, false},
                                        {512, 2, 3, false}};
  EXPECT_EQ(pattern_bytes(buffers), 2048U);
  EXPECT_EQ(peak_bytes_alive(buffers), 2048U);
}

TEST(Pattern, LeavesWorkspacesOut) {
  EXPECT_EQ(pattern_bytes(std::vector<Activation>{{1024, 0, 1, false}, {4096, 1, 1, true}}), 1024U);
  EXPECT_EQ(pattern_bytes({}), 0U);
}

TEST(ArenaBytes, HoldsTheFirstRunAndTheBlockOfTheSecond) {
  EXPECT_EQ(arena_bytes({}), 0U);
  // 3 MiB take a region of 4 whole (too little would be left over), 2 MiB one more of 4; the block
  // of 5 MiB fits into neither.
  const std::vector<Activation> buffers{{3 * kMiB, 0, 1, false}, {2 * kMiB, 1, 2, false}};
  EXPECT_EQ(arena_bytes(buffers), 256 + 3 * kMiB + 2 * kMiB + 5 * kMiB);
}

TEST(ArenaBytes, ReusesARegionThatTakesTheBlock) {
  // 6 MiB lie in a region of 8; the block is the same 6 MiB.
  EXPECT_EQ(arena_bytes(std::vector<Activation>{{6 * kMiB, 0, 1, false}}), 256 + 6 * kMiB);
}

TEST(Liveness, CountsATensorInItsFirstAndItsLastStep) {
  EXPECT_EQ(peak_bytes_alive({}), 0U);
  EXPECT_EQ(peak_bytes_alive(std::vector<Activation>{{10, 0, 1, false}, {5, 2, 2, false}}), 10U);
  EXPECT_EQ(peak_bytes_alive(std::vector<Activation>{{10, 0, 1, false}, {5, 1, 2, false}}), 15U);
}

// The block that ONNX Runtime 1.23.2 asks for in the second run, as its log says: 5191680 bytes.
TEST(Pattern, IsNearlyTheOneOfARealModel) {
  const auto file = real_data("models/detectors/nanodet_m_416.onnx");
  JM_SKIP_WITHOUT(file);
  const auto memory = read_model_memory(file, {});
  ASSERT_TRUE(memory) << memory.error().what;
  EXPECT_EQ(peak_bytes_alive(memory->planned), 5191680U);
  EXPECT_EQ(pattern_bytes(memory->planned), 5278464U);
}

}  // namespace
}  // namespace jetmeter
