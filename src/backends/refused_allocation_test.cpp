#include <gtest/gtest.h>

#include "jetmeter/backend.h"

namespace jetmeter {
namespace {

constexpr std::string_view kArena =
    "Exception during initialization: bfc_arena.cc:376 Failed to allocate memory for requested "
    "buffer of size 1048576";

TEST(RefusedAllocation, IsKnownByTheWordsOfTheRuntimes) {
  EXPECT_TRUE(is_refused_allocation("std::bad_alloc"));
  EXPECT_TRUE(is_refused_allocation(kArena));
  EXPECT_TRUE(is_refused_allocation("(-4:Insufficient memory) Failed to allocate 123 bytes"));
  EXPECT_TRUE(is_refused_allocation("CUDA failure 2: out of memory"));
  EXPECT_FALSE(is_refused_allocation("the file is not a model"));
  EXPECT_FALSE(is_refused_allocation(""));
}

TEST(RefusedAllocation, HasASizeWhereTheRuntimeTellsIt) {
  EXPECT_EQ(refused_bytes(kArena), 1048576u);
  EXPECT_EQ(refused_bytes("(-4:Insufficient memory) Failed to allocate 123 bytes"), 123u);
  EXPECT_EQ(refused_bytes("std::bad_alloc"), std::nullopt);
  EXPECT_EQ(refused_bytes("Failed to allocate memory"), std::nullopt);
  EXPECT_EQ(refused_bytes("Failed to allocate 99999999999999999999999 bytes"), std::nullopt);
  EXPECT_EQ(refused_bytes("Failed to allocate "), std::nullopt);
}

}  // namespace
}  // namespace jetmeter
