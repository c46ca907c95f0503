#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "frames/stream_time.h"
#include "jetmeter/frames.h"

namespace jetmeter {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

SourceInfo stream(double fps, std::optional<std::int64_t> frames) {
  SourceInfo info;
  info.kind = "video";
  info.fps = fps;
  info.frames = frames;
  return info;
}

SourceInfo directory(std::vector<std::string> names) {
  SourceInfo info;
  info.kind = "image_dir";
  info.frames = std::ssize(names);
  info.names = std::move(names);
  return info;
}

std::vector<std::pair<std::int64_t, std::int64_t>> indices(const Pairing& pairing) {
  std::vector<std::pair<std::int64_t, std::int64_t>> result;
  for (const auto& pair : pairing.pairs) result.emplace_back(pair.first, pair.second);
  return result;
}

void expect_each_frame_once(const Pairing& pairing) {
  std::set<std::int64_t> first, second;
  for (const auto& pair : pairing.pairs) {
    EXPECT_TRUE(first.insert(pair.first).second) << pair.first;
    EXPECT_TRUE(second.insert(pair.second).second) << pair.second;
  }
}

TEST(PairByTimestamp, AThermalStreamOfNineFramesDoesNotDrift) {
  const auto pairing = pair_frames(stream(30, 3000), stream(9, 900), {});
  ASSERT_EQ(pairing.pairs.size(), 900U);
  for (const auto& pair : pairing.pairs) {
    EXPECT_LE(std::chrono::abs(pair.offset), 16'666'667ns) << pair.second;  // half a frame
    EXPECT_EQ(pair.offset, stream_time(pair.second, 9) - stream_time(pair.first, 30));
  }
  EXPECT_EQ(pairing.pairs[1].first, 3);  // 111.1 ms against 100 ms
  EXPECT_EQ(pairing.pairs[899].first, 2997);
  EXPECT_EQ(pairing.rule, "by timestamp, within 50 ms");
  EXPECT_EQ(pairing.unpaired_first, 2100);
  EXPECT_EQ(pairing.unpaired_second, 0);
  expect_each_frame_once(pairing);
}

TEST(PairByTimestamp, TheSlowerStreamMayBeEither) {
  const auto forth = pair_frames(stream(30, 60), stream(60, 120), {});
  const auto back = pair_frames(stream(60, 120), stream(30, 60), {});
  ASSERT_EQ(forth.pairs.size(), 60U);
  ASSERT_EQ(back.pairs.size(), 60U);
  for (std::size_t i = 0; i < 60; ++i) {
    EXPECT_EQ(forth.pairs[i].second, 2 * forth.pairs[i].first);
    EXPECT_EQ(back.pairs[i].first, forth.pairs[i].second);
    EXPECT_EQ(back.pairs[i].offset, -forth.pairs[i].offset);
  }
}

TEST(PairByTimestamp, EqualRatesPairOneToOne) {
  const auto pairing = pair_frames(stream(29.97, 1000), stream(29.97, 990), {});
  ASSERT_EQ(pairing.pairs.size(), 990U);
  for (const auto& pair : pairing.pairs) EXPECT_EQ(pair.first, pair.second);
  EXPECT_EQ(pairing.unpaired_first, 10);
}

TEST(PairByTimestamp, NearlyEqualRatesStayTogetherForAnHour) {
  const std::int64_t frames = 30 * 3600;
  const auto pairing = pair_frames(stream(30, frames), stream(30000.0 / 1001, frames), {});
  expect_each_frame_once(pairing);
  for (const auto& pair : pairing.pairs) ASSERT_LE(std::chrono::abs(pair.offset), 16'700us);
  // The hour of the first stream ends 108 frames before that of the second.
  EXPECT_EQ(std::ssize(pairing.pairs), frames - 108);
}

TEST(PairByTimestamp, OfTwoEquallyNearFramesTheEarlier) {
  const auto pairing = pair_frames(stream(20, 4), stream(30, 6), {});
  EXPECT_THAT(indices(pairing),
              ElementsAre(std::pair(0, 0), std::pair(1, 1), std::pair(2, 3), std::pair(3, 4)));
}

TEST(PairByTimestamp, ToleranceIsInclusive) {
  // Frame 1 of the slow stream is 16 666 667 ns from its nearest partner.
  const auto on = pair_frames(stream(20, 2), stream(30, 3), {.tolerance = 16'666'667ns});
  const auto below = pair_frames(stream(20, 2), stream(30, 3), {.tolerance = 16'666'666ns});
  EXPECT_EQ(on.pairs.size(), 2U);
  EXPECT_EQ(below.pairs.size(), 1U);
  EXPECT_EQ(below.unpaired_first, 1);
  EXPECT_EQ(below.unpaired_second, 2);
}

TEST(PairByTimestamp, TheLimitEndsTheCountingToo) {
  const auto pairing = pair_frames(stream(30, 3000), stream(10, 1000), {.limit = 5});
  ASSERT_EQ(pairing.pairs.size(), 5U);
  EXPECT_EQ(pairing.pairs.back().first, 12);
  EXPECT_EQ(pairing.unpaired_first, 8);  // of the 13 that were looked at
  EXPECT_EQ(pairing.unpaired_second, 0);
}

TEST(PairByTimestamp, AnUnknownLengthIsThatOfTheOther) {
  const auto first_open = pair_frames(stream(30, std::nullopt), stream(10, 7), {});
  EXPECT_EQ(first_open.pairs.size(), 7U);
  const auto second_open = pair_frames(stream(30, 21), stream(10, std::nullopt), {});
  EXPECT_EQ(second_open.pairs.size(), 7U);
  EXPECT_EQ(second_open.unpaired_second, 0);
}

TEST(PairByTimestamp, TwoOpenEndsGiveAsManyPairsAsAskedFor) {
  const auto pairing =
      pair_frames(stream(30, std::nullopt), stream(9, std::nullopt), {.limit = 300});
  ASSERT_EQ(pairing.pairs.size(), 300U);
  EXPECT_EQ(pairing.pairs.back().second, 299);
  EXPECT_TRUE(pair_frames(stream(30, std::nullopt), stream(9, std::nullopt), {}).pairs.empty());
}

TEST(PairByTimestamp, AnEmptyStreamPairsWithNothing) {
  const auto pairing = pair_frames(stream(30, 10), stream(30, 0), {});
  EXPECT_TRUE(pairing.pairs.empty());
  EXPECT_EQ(pairing.unpaired_first, 10);
}

TEST(PairByName, TheStemDecidesAndTheOthersAreCounted) {
  const auto pairing = pair_frames(directory({"a.jpg", "b.jpg", "c.jpg", "d.x.jpg"}),
                                   directory({"b.png", "c.png", "d.x.png", "e.png", "f.png"}), {});
  EXPECT_EQ(pairing.rule, "by file name");
  EXPECT_THAT(indices(pairing), ElementsAre(std::pair(1, 0), std::pair(2, 1), std::pair(3, 2)));
  EXPECT_EQ(pairing.unpaired_first, 1);
  EXPECT_EQ(pairing.unpaired_second, 2);
}

TEST(PairByName, TwoFilesOfOneStemAreTwoPartners) {
  const auto pairing =
      pair_frames(directory({"a.jpg", "a.png"}), directory({"a.bmp", "a.jpg", "b.jpg"}), {});
  EXPECT_THAT(indices(pairing), ElementsAre(std::pair(0, 0), std::pair(1, 1)));
  EXPECT_EQ(pairing.unpaired_second, 1);
}

TEST(PairByName, Limit) {
  const auto pairing = pair_frames(directory({"a.jpg", "b.jpg", "c.jpg"}),
                                   directory({"a.jpg", "b.jpg", "c.jpg"}), {.limit = 2});
  EXPECT_EQ(pairing.pairs.size(), 2U);
  EXPECT_EQ(pairing.unpaired_first, 0);
  EXPECT_EQ(pairing.unpaired_second, 0);
}

TEST(PairByIndex, WhereNothingElseIsInCommon) {
  const auto names = pair_frames(directory({"a.jpg", "b.jpg", "c.jpg"}), directory({"x.jpg"}), {});
  EXPECT_EQ(names.rule, "by index");
  EXPECT_THAT(indices(names), ElementsAre(std::pair(0, 0)));
  EXPECT_EQ(names.unpaired_first, 2);

  const auto mixed = pair_frames(directory({"a.jpg", "b.jpg"}), stream(30, 100), {});
  EXPECT_EQ(mixed.rule, "by index");
  EXPECT_EQ(mixed.pairs.size(), 2U);
  EXPECT_EQ(mixed.unpaired_second, 98);
}

TEST(PairByIndex, AnUnknownLengthIsThatOfTheOther) {
  SourceInfo camera;
  camera.kind = "camera";
  const auto pairing = pair_frames(directory({"a.jpg", "b.jpg"}), camera, {});
  EXPECT_EQ(pairing.pairs.size(), 2U);
  EXPECT_EQ(pair_frames(camera, camera, {.limit = 3}).pairs.size(), 3U);
}

}  // namespace
}  // namespace jetmeter
