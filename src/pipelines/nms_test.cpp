#include "pipelines/nms.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <numeric>
#include <random>

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::size_t> run(const Candidates& candidates, const NmsOptions& options) {
  NonMaximumSuppression suppression(options, {candidates.boxes.size(), 80});
  const auto kept = suppression.run(candidates);
  return {kept.begin(), kept.end()};
}

// The definition, word by word.
std::vector<std::size_t> by_definition(const Candidates& c, float threshold, std::size_t most) {
  std::vector<std::size_t> order(c.boxes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](auto a, auto b) { return c.scores[a] > c.scores[b]; });
  order.resize(std::min(order.size(), kMaxCandidates));
  std::vector<std::size_t> kept;
  for (const auto i : order) {
    const bool suppressed = std::any_of(kept.begin(), kept.end(), [&](auto k) {
      return c.classes[k] == c.classes[i] && iou(c.boxes[k], c.boxes[i]) > threshold;
    });
    if (!suppressed) kept.push_back(i);
  }
  kept.resize(std::min(kept.size(), most));
  return kept;
}

Candidates random_candidates(std::size_t count, int classes, unsigned seed) {
  std::mt19937 rng(seed);
  std::uniform_real_distribution<float> at(0, 600), extent(5, 120);
  std::uniform_int_distribution<int> level(1, 200), class_id(0, classes - 1);
  Candidates candidates;
  for (std::size_t i = 0; i < count; ++i) {
    const float x = at(rng), y = at(rng);
    // Scores in steps, so that there are ties.
    candidates.add({x, y, x + extent(rng), y + extent(rng)}, static_cast<float>(level(rng)) / 200,
                   class_id(rng));
  }
  return candidates;
}

TEST(Nms, IsTheDefinitionOnRandomBoxes) {
  for (unsigned seed = 0; seed < 20; ++seed) {
    const auto candidates = random_candidates(700, seed % 2 == 0 ? 3 : 80, seed);
    for (const float threshold : {0.0F, 0.3F, 0.6F, 1.0F})
      EXPECT_EQ(run(candidates, {threshold, 300}), by_definition(candidates, threshold, 300))
          << "seed " << seed << ", threshold " << threshold;
  }
}

TEST(Nms, OnlyTheBestThirtyThousandTakePart) {
  Candidates candidates;
  for (std::size_t i = 0; i < kMaxCandidates + 10; ++i)
    candidates.add({0, 0, 1, 1}, 0.5F + 1e-6F * static_cast<float>(i % 1000), 0);
  candidates.scores[7] = 0.1F;  // the worst; alone in its place, and yet it is not kept
  candidates.boxes[7] = {100, 100, 110, 110};
  EXPECT_THAT(run(candidates, {0.5F, 300}), ElementsAre(999));
}

TEST(Nms, ABoxExactlyAtTheThresholdStays) {
  Candidates candidates;
  candidates.add({0, 0, 10, 10}, 0.9F, 0);
  candidates.add({0, 0, 10, 5}, 0.8F, 0);  // IoU 0.5
  EXPECT_THAT(run(candidates, {0.5F, 300}), ElementsAre(0, 1));
  EXPECT_THAT(run(candidates, {0.49F, 300}), ElementsAre(0));
}

TEST(Nms, ClassesDoNotSuppressEachOther) {
  Candidates candidates;
  candidates.add({0, 0, 10, 10}, 0.8F, 1);
  candidates.add({0, 0, 10, 10}, 0.9F, 2);
  EXPECT_THAT(run(candidates, {0.5F, 300}), ElementsAre(1, 0));
}

TEST(Nms, ASuppressedBoxSuppressesNobody) {
  Candidates candidates;
  candidates.add({0, 0, 10, 10}, 0.9F, 0);
  candidates.add({4, 0, 14, 10}, 0.8F, 0);  // IoU 0.43 with both neighbours
  candidates.add({8, 0, 18, 10}, 0.7F, 0);
  EXPECT_THAT(run(candidates, {0.4F, 300}), ElementsAre(0, 2));
}

TEST(Nms, EqualScoresKeepTheirOrderAndTheLimitHolds) {
  Candidates candidates;
  for (int i = 0; i < 5; ++i) {
    const auto x = static_cast<float>(20 * i);
    candidates.add({x, 0, x + 10, 10}, 0.5F, 0);
  }
  EXPECT_THAT(run(candidates, {0.5F, 3}), ElementsAre(0, 1, 2));
  EXPECT_THAT(run(candidates, {0.5F, 0}), IsEmpty());
}

TEST(Nms, BoxesWithoutExtentNeitherSuppressNorAreSuppressed) {
  Candidates candidates;
  candidates.add({5, 5, 5, 5}, 0.9F, 0);
  candidates.add({5, 5, 5, 5}, 0.8F, 0);
  candidates.add({0, 0, 10, 10}, 0.7F, 0);
  EXPECT_THAT(run(candidates, {0.1F, 300}), ElementsAre(0, 1, 2));
}

TEST(Nms, BestTakesTheHighestScoresWithoutSuppression) {
  Candidates candidates;
  candidates.add({0, 0, 10, 10}, 0.2F, 0);
  candidates.add({0, 0, 10, 10}, 0.9F, 0);
  candidates.add({0, 0, 10, 10}, 0.5F, 0);
  NonMaximumSuppression suppression({0.5F, 2}, {3, 0});
  EXPECT_THAT(suppression.best(candidates), ElementsAre(1, 2));
}

}  // namespace
}  // namespace jetmeter
