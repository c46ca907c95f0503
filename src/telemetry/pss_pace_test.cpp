#include "telemetry/pss_pace.h"

#include <gtest/gtest.h>

namespace jetmeter {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t kMebibyte = 1 << 20;
constexpr ResidentSize kSize{100 * kMebibyte, 60 * kMebibyte};  // half of that is others'
constexpr PssPace::Time kStart{};
constexpr milliseconds kCost(2);  // of a walk: 2 s of rest, 600 ms after a move, 40 ms amid a start

class Paced : public testing::Test {
 protected:
  Paced() { walk(pace_, 70 * kMebibyte); }

  static void walk(PssPace& pace, std::optional<std::uint64_t> pss, ResidentSize size = kSize) {
    pace.walked(size, size.all_bytes, pss, kStart, kCost);
  }
  static ResidentSize more(std::uint64_t all, std::uint64_t shareable) {
    return {kSize.all_bytes + all * kMebibyte, kSize.shareable_bytes + shareable * kMebibyte};
  }
  // Of the process, `after` the last walk.
  std::optional<std::uint64_t> pss(ResidentSize size, milliseconds after) const {
    return pace_.pss(size, kStart + after);
  }

  PssPace::Moves moves_{0};
  PssPace pace_{moves_};
};

TEST_F(Paced, FirstReadingWantsAWalk) {
  PssPace::Moves moves{0};
  EXPECT_FALSE(PssPace(moves).pss(kSize, kStart));
}

TEST_F(Paced, RestsForAThousandTimesWhatAWalkCosts) {
  EXPECT_EQ(pss(kSize, milliseconds(1999)), 70 * kMebibyte);
  EXPECT_FALSE(pss(kSize, milliseconds(2000)));
}

TEST_F(Paced, MemoryOfItsOwnCountsWholeAndWantsNoWalk) {
  EXPECT_EQ(pss(more(500, 0), milliseconds(1999)), 570 * kMebibyte);
}

TEST_F(Paced, WalksSoonerWhenTheShareablePartHasMoved) {
  EXPECT_EQ(pss(more(1, 1), milliseconds(1999)), 141 * kMebibyte / 2) << "too little to matter";
  EXPECT_EQ(pss(more(2, 2), milliseconds(599)), 71 * kMebibyte);
  EXPECT_FALSE(pss(more(2, 2), milliseconds(600)));
  EXPECT_FALSE(pss({98 * kMebibyte, 58 * kMebibyte}, milliseconds(600))) << "it has shrunk";
  EXPECT_EQ(pss(more(26, 26), milliseconds(39)), 83 * kMebibyte);
  EXPECT_FALSE(pss(more(26, 26), milliseconds(40))) << "it is starting";
}

TEST_F(Paced, WalksSoonerWhenAnotherProcessHasMovedPagesOfFiles) {
  PssPace other(moves_);
  walk(other, 10 * kMebibyte);
  EXPECT_TRUE(pss(kSize, milliseconds(599)));
  EXPECT_FALSE(pss(kSize, milliseconds(600)));
  walk(pace_, 50 * kMebibyte);
  EXPECT_EQ(pss(kSize, milliseconds(1999)), 50 * kMebibyte) << "the other's move is in it";
  walk(other, 10 * kMebibyte);
  EXPECT_TRUE(pss(kSize, milliseconds(1999))) << "the other has walked, but not moved";
}

TEST_F(Paced, WalksWhenOthersWouldShareMoreThanThereIs) {
  EXPECT_FALSE(pss({29 * kMebibyte, 60 * kMebibyte}, milliseconds(1)));
}

TEST_F(Paced, WalksAgainWhereAWalkFoundNothing) {
  walk(pace_, std::nullopt);
  EXPECT_FALSE(pss(kSize, milliseconds(1)));
}

// A process that grew between the reading of its size and the walk.
TEST_F(Paced, TakesTheShareOfOthersFromTheWalkAlone) {
  pace_.walked({7 * kMebibyte, 7 * kMebibyte}, 100 * kMebibyte, 90 * kMebibyte, kStart, kCost);
  EXPECT_EQ(pss({20 * kMebibyte, 7 * kMebibyte}, milliseconds(1)), 10 * kMebibyte);
}

TEST_F(Paced, PssBeyondTheResidentSizeLeavesOthersNothing) {
  pace_.walked(kSize, kSize.all_bytes, 101 * kMebibyte, kStart, kCost);
  EXPECT_EQ(pss(kSize, milliseconds(1)), kSize.all_bytes);
}

}  // namespace
}  // namespace jetmeter
