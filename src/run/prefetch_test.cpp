#include "run/prefetch.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace jetmeter {
namespace {

// Counts from 0; can lose frames, end in an error, or throw.
class CountingSource : public FrameSource {
 public:
  std::int64_t end = 10;
  std::int64_t bad_at = -1, lost_at = -1, throws_at = -1;

  const SourceInfo& info() const override { return info_; }
  Result<bool> next(Frame& frame) override {
    if (position_ == bad_at) ++position_;
    if (position_ == lost_at) return fail("the cable was pulled");
    if (position_ == throws_at) throw std::runtime_error("codec");
    if (position_ >= end) return false;
    frame.index = position_++;
    return true;
  }
  void skip(std::int64_t n) override { position_ += n; }
  std::span<const BadFrame> bad() const override { return {}; }

 private:
  SourceInfo info_;
  std::int64_t position_ = 0;
};

std::vector<std::int64_t> drain(Prefetcher& prefetcher) {
  std::vector<std::int64_t> indices;
  while (auto* item = prefetcher.take()) {
    indices.push_back(item->frame.index);
    prefetcher.give_back(item);
  }
  return indices;
}

using Indices = std::vector<std::int64_t>;

TEST(Prefetcher, DeliversEveryFrameInOrder) {
  CountingSource source;
  Prefetcher prefetcher(source, system_clock(), {});
  EXPECT_EQ(drain(prefetcher), (Indices{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
  EXPECT_FALSE(prefetcher.error());
}

TEST(Prefetcher, StopsAtTheLimit) {
  CountingSource source;
  Prefetcher prefetcher(source, system_clock(), {.limit = 4});
  EXPECT_EQ(drain(prefetcher), (Indices{0, 1, 2, 3}));
}

TEST(Prefetcher, DeliversOnlyTheWantedFramesAlsoAfterABadOne) {
  CountingSource source;
  source.bad_at = 3;
  Prefetcher prefetcher(source, system_clock(), {.indices = {0, 3, 6, 9, 12}});
  EXPECT_EQ(drain(prefetcher), (Indices{0, 6, 9}));
}

TEST(Prefetcher, KeepsTheFramesBeforeALostSource) {
  CountingSource source;
  source.lost_at = 3;
  Prefetcher prefetcher(source, system_clock(), {});
  EXPECT_EQ(drain(prefetcher), (Indices{0, 1, 2}));
  ASSERT_TRUE(prefetcher.error());
  EXPECT_EQ(prefetcher.error()->what, "the cable was pulled");
}

TEST(Prefetcher, TurnsAnExceptionIntoAnError) {
  CountingSource source;
  source.throws_at = 1;
  Prefetcher prefetcher(source, system_clock(), {});
  EXPECT_EQ(drain(prefetcher), (Indices{0}));
  ASSERT_TRUE(prefetcher.error());
  EXPECT_NE(prefetcher.error()->what.find("codec"), std::string::npos);
}

TEST(Prefetcher, CanBeLeftWithFramesInFlight) {
  CountingSource source;
  source.end = 1000;
  Prefetcher prefetcher(source, system_clock(), {});
  EXPECT_EQ(prefetcher.take()->frame.index, 0);
}

}  // namespace
}  // namespace jetmeter
