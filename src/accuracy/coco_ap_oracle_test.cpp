// evaluate() against the definition written down a second time, slowly and without sharing a line:
// sets instead of sorted runs, one threshold and one recall point at a time.
#include <gtest/gtest.h>

#include <random>
#include <set>

#include "jetmeter/accuracy.h"

namespace jetmeter {
namespace {

struct Claim {
  double score;
  std::size_t image, order;
  bool right;
};

double overlap(const Detection& d, const Truth& t) {
  const double w = std::min<double>(d.box.x2, t.box.x2) - std::max<double>(d.box.x1, t.box.x1);
  const double h = std::min<double>(d.box.y2, t.box.y2) - std::max<double>(d.box.y1, t.box.y1);
  if (w <= 0 || h <= 0) return 0;
  const double mine = (double{d.box.x2} - d.box.x1) * (double{d.box.y2} - d.box.y1);
  const double other = (double{t.box.x2} - t.box.x1) * (double{t.box.y2} - t.box.y1);
  return w * h / (t.crowd ? mine : mine + other - w * h);
}

// The detections of a class in an image, best first, at most `limit`.
std::vector<Detection> best_of(const ImageResult& image, int class_id, std::size_t limit) {
  std::vector<Detection> out;
  std::set<std::size_t> used;
  while (out.size() < limit) {
    std::size_t best = image.detections.size();
    for (std::size_t i = 0; i < image.detections.size(); ++i) {
      if (image.detections[i].class_id != class_id || used.contains(i)) continue;
      if (best == image.detections.size() ||
          image.detections[i].score > image.detections[best].score)
        best = i;
    }
    if (best == image.detections.size()) break;
    used.insert(best);
    out.push_back(image.detections[best]);
  }
  return out;
}

// What a detection is worth, given the truths already used: 1 right, 0 wrong, -1 ignored.
int judge(const Detection& detection, const ImageResult& image, double threshold,
          std::set<const Truth*>& used) {
  const Truth* chosen = nullptr;
  bool in_crowd = false;
  for (const auto& truth : image.truth) {
    if (truth.class_id != detection.class_id || overlap(detection, truth) < threshold) continue;
    if (truth.crowd)
      in_crowd = true;
    else if (!used.contains(&truth) &&
             (!chosen || overlap(detection, truth) >= overlap(detection, *chosen)))
      chosen = &truth;
  }
  if (chosen) used.insert(chosen);
  return chosen ? 1 : in_crowd ? -1 : 0;
}

std::vector<Claim> claims_of(const std::vector<ImageResult>& images, int class_id, double threshold,
                             std::size_t limit) {
  std::vector<Claim> claims;
  for (std::size_t i = 0; i < images.size(); ++i) {
    std::set<const Truth*> used;
    std::size_t order = 0;
    for (const auto& detection : best_of(images[i], class_id, limit)) {
      const int worth = judge(detection, images[i], threshold, used);
      if (worth >= 0) claims.push_back({detection.score, i, order++, worth == 1});
    }
  }
  return claims;
}

bool before(const Claim& a, const Claim& b) {
  if (a.score != b.score) return a.score > b.score;
  return std::pair(a.image, a.order) < std::pair(b.image, b.order);
}

double slow_ap(const std::vector<ImageResult>& images, int class_id, double threshold,
               std::size_t limit) {
  double truths = 0;
  for (const auto& image : images)
    for (const auto& truth : image.truth) truths += truth.class_id == class_id && !truth.crowd;
  const auto claims = claims_of(images, class_id, threshold, limit);
  double sum = 0;
  for (int point = 0; point <= 100; ++point) {
    double best = 0;
    for (const auto& last : claims) {
      double right = 0, all = 0;
      for (const auto& claim : claims) {
        if (before(last, claim)) continue;
        ++all;
        right += claim.right;
      }
      if (right / truths >= point / 100.0) best = std::max(best, right / all);
    }
    sum += best;
  }
  return sum / 101;
}

std::vector<ImageResult> random_images(unsigned seed) {
  std::mt19937 random(seed);
  // Whole tenths and a small field, so that ties and exact thresholds come up often.
  const auto upto = [&](int n) { return static_cast<float>(random() % static_cast<unsigned>(n)); };
  const auto box = [&] {
    const float x = upto(5) * 10, y = upto(5) * 10;
    return Box{x, y, x + 10 + upto(4) * 10, y + 10 + upto(4) * 10};
  };
  std::vector<ImageResult> images(6);
  for (auto& image : images) {
    for (int i = static_cast<int>(upto(7)); i > 0; --i)
      image.truth.push_back({box(), static_cast<int>(upto(3)), upto(6) < 1});
    for (int i = static_cast<int>(upto(14)); i > 0; --i)
      image.detections.push_back({box(), (1 + upto(9)) / 10, static_cast<int>(upto(4))});
    for (const auto& truth : image.truth)
      if (upto(2) < 1) image.detections.push_back({truth.box, (1 + upto(9)) / 10, truth.class_id});
  }
  return images;
}

class AgainstTheDefinition : public testing::TestWithParam<unsigned> {};

TEST_P(AgainstTheDefinition, EveryClassAgrees) {
  const auto images = random_images(GetParam());
  constexpr std::size_t kLimit = 4;
  const auto accuracy = evaluate(images, {.max_detections = static_cast<int>(kLimit)});
  ASSERT_FALSE(accuracy.classes.empty());
  for (const auto& of_class : accuracy.classes) {
    double sum = 0;
    for (int i = 0; i < 10; ++i)
      sum += slow_ap(images, of_class.class_id, (50 + 5 * i) / 100.0, kLimit);
    EXPECT_NEAR(of_class.ap50, slow_ap(images, of_class.class_id, 0.5, kLimit), 1e-12);
    EXPECT_NEAR(of_class.ap50_95, sum / 10, 1e-12);
  }
}

INSTANTIATE_TEST_SUITE_P(Random, AgainstTheDefinition, testing::Range(1U, 61U));

}  // namespace
}  // namespace jetmeter
