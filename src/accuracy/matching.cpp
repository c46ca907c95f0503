#include "accuracy/matching.h"

#include <algorithm>
#include <optional>

namespace jetmeter {
namespace {

// In double: as a float 65/100 lies below 0.65, and a box exactly at a threshold would be lost.
double area_of(const Box& box) {
  return std::max(0.0, static_cast<double>(box.x2) - box.x1) *
         std::max(0.0, static_cast<double>(box.y2) - box.y1);
}

// A crowd has no extent of its own to be met: the share of the detection inside it counts.
double overlap(const Box& detection, const Truth& truth) {
  const Box common{std::max(detection.x1, truth.box.x1), std::max(detection.y1, truth.box.y1),
                   std::min(detection.x2, truth.box.x2), std::min(detection.y2, truth.box.y2)};
  const double shared = area_of(common);
  const double own = area_of(detection);
  const double all = truth.crowd ? own : own + area_of(truth.box) - shared;
  return all > 0 ? shared / all : 0.0;
}

class Matcher {
 public:
  Matcher(std::span<const Detection* const> detections, std::span<const Truth* const> truth)
      : truth_(truth), overlaps_(detections.size() * truth.size()) {
    auto out = overlaps_.begin();
    for (const auto* detection : detections)
      for (const auto* object : truth) *out++ = overlap(detection->box, *object);
  }

  void run(double threshold, int index, std::span<RankedDetection> out) const {
    std::vector<bool> taken(truth_.size());
    for (std::size_t d = 0; d < out.size(); ++d) {
      auto chosen = best(d, threshold, taken, false);
      if (!chosen) chosen = best(d, threshold, taken, true);
      auto& match = out[d].matches[static_cast<std::size_t>(index)];
      if (!chosen) {
        match = Match::missed;
        continue;
      }
      taken[*chosen] = true;
      match = truth_[*chosen]->crowd ? Match::ignored : Match::found;
    }
  }

 private:
  // Of equal overlaps the last one, as the COCO evaluation has it.
  std::optional<std::size_t> best(std::size_t detection, double threshold,
                                  const std::vector<bool>& taken, bool crowd) const {
    std::optional<std::size_t> chosen;
    double least = threshold;
    for (std::size_t t = 0; t < truth_.size(); ++t) {
      if (truth_[t]->crowd != crowd || (taken[t] && !crowd)) continue;
      const double here = overlaps_[detection * truth_.size() + t];
      if (here < least) continue;
      least = here;
      chosen = t;
    }
    return chosen;
  }

  std::span<const Truth* const> truth_;
  std::vector<double> overlaps_;  // row by row, one row per detection
};

}  // namespace

double iou_threshold(int index) {
  return (50 + 5 * index) / 100.0;
}

std::vector<RankedDetection> match(std::span<const Detection* const> detections,
                                   std::span<const Truth* const> truth) {
  std::vector<RankedDetection> out(detections.size());
  std::ranges::transform(detections, out.begin(), [](const auto* d) {
    return RankedDetection{d->score, {}};
  });
  const Matcher matcher(detections, truth);
  for (int i = 0; i < kThresholds; ++i) matcher.run(iou_threshold(i), i, out);
  return out;
}

}  // namespace jetmeter
