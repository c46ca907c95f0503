#include "telemetry/pss_pace.h"

#include <gtest/gtest.h>

#include <vector>

namespace jetmeter {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t kMebibyte = 1 << 20;
constexpr ResidentSize kSize{100 * kMebibyte, 60 * kMebibyte};  // half of that is others'
constexpr PssPace::Time kStart{};
constexpr milliseconds kCost(2);  // of a walk: 8 s of rest, 40 ms where something moves
constexpr milliseconds kRest(8000), kSoon(40);

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

TEST_F(Paced, RestsForFourThousandTimesWhatAWalkCosts) {
  EXPECT_EQ(pss(kSize, kRest - milliseconds(1)), 70 * kMebibyte);
  EXPECT_FALSE(pss(kSize, kRest));
}

TEST_F(Paced, MemoryOfItsOwnCountsWholeAndWantsNoWalk) {
  EXPECT_EQ(pss(more(500, 0), milliseconds(1999)), 570 * kMebibyte);
}

TEST_F(Paced, WalksSoonWhenTheShareablePartHasMoved) {
  EXPECT_EQ(pss(more(1, 1), milliseconds(1999)), 141 * kMebibyte / 2) << "too little to matter";
  EXPECT_EQ(pss(more(2, 2), kSoon - milliseconds(1)), 71 * kMebibyte);
  EXPECT_FALSE(pss(more(2, 2), kSoon));
  EXPECT_FALSE(pss({98 * kMebibyte, 58 * kMebibyte}, kSoon)) << "it has shrunk";
}

TEST_F(Paced, WalksSoonWhenAnotherProcessHasMovedPagesOfFiles) {
  PssPace other(moves_);
  walk(other, 10 * kMebibyte);
  EXPECT_TRUE(pss(kSize, kSoon - milliseconds(1)));
  EXPECT_FALSE(pss(kSize, kSoon));
  walk(pace_, 50 * kMebibyte);
  EXPECT_EQ(pss(kSize, milliseconds(1999)), 50 * kMebibyte) << "the other's move is in it";
  walk(other, 10 * kMebibyte);
  EXPECT_TRUE(pss(kSize, milliseconds(1999))) << "the other has walked, but not moved";
}

// The times of the walks while something has just come, looked at every 100 ms.
TEST_F(Paced, WalksLessAndLessOftenAfterAProcessHasComeOrGone) {
  pace_.see(7, kStart);
  pace_.see(7, kStart + milliseconds(1000));
  EXPECT_TRUE(pss(kSize, milliseconds(1999))) << "the first census tells of no change";
  std::vector<int> walks;
  for (int ms = 2000; ms < 9000; ms += 100) {
    pace_.see(8, kStart + milliseconds(ms));
    if (pss(kSize, milliseconds(ms))) continue;
    pace_.walked(kSize, kSize.all_bytes, 60 * kMebibyte, kStart + milliseconds(ms), kCost);
    walks.push_back(ms - 2000);
  }
  EXPECT_EQ(walks, (std::vector<int>{400, 1200, 3600}));
}

// A two-thousandth of the time, beside what the first moments may take.
TEST_F(Paced, AMachineOnWhichSomethingAlwaysStartsCostsNoMore) {
  constexpr milliseconds kTick(50), kLong(600'000);
  std::int64_t walks = 0;
  for (milliseconds at(0); at < kLong; at += kTick) {
    pace_.see(static_cast<PssPace::Census>(at.count()), kStart + at);
    if (pss(kSize, at)) continue;
    pace_.walked(kSize, kSize.all_bytes, 60 * kMebibyte, kStart + at, kCost);
    ++walks;
  }
  EXPECT_GE(walks * kCost, kLong / 2000 * 9 / 10) << "it uses what it may";
  EXPECT_LE(walks * kCost, kLong / 2000 + 6 * kCost);
}

// What a process maps while it starts is more than a purse is for.
TEST_F(Paced, AStartIsFollowedWithAnEmptyPurse) {
  auto at = kSoon;
  std::uint64_t mebibytes = 2;
  while (at < milliseconds(1000) && !pss(more(mebibytes, mebibytes), at)) {
    const auto size = more(mebibytes, mebibytes);
    pace_.walked(size, size.all_bytes, {70 * kMebibyte}, kStart + at, kCost);
    at += kSoon;
    mebibytes += 2;
  }
  EXPECT_EQ(at, 7 * kSoon) << "six walks, and the purse is empty";
  EXPECT_FALSE(pss(more(mebibytes + 30, mebibytes + 30), at));
}

// A process that maps and unmaps the same files again and again.
TEST_F(Paced, WhatComesAndGoesIsPaidFromThePurse) {
  int walks = 0;
  auto at = milliseconds(0);
  for (int look = 0; look < 1000; ++look) {
    at += kSoon;
    const auto size = look % 2 == 0 ? more(40, 40) : kSize;
    if (pss(size, at)) continue;
    pace_.walked(size, size.all_bytes, {70 * kMebibyte}, kStart + at, kCost);
    ++walks;
  }
  EXPECT_GE(walks, 5);
  EXPECT_LE(walks, 1 + 6 + 40'000 / (2000 * kCost.count()) + 1);
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
