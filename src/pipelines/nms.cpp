#include "pipelines/nms.h"

#include <algorithm>
#include <cassert>
#include <numeric>

namespace jetmeter {
namespace {

constexpr int kEnd = -1;

}  // namespace

NonMaximumSuppression::NonMaximumSuppression(const NmsOptions& options, const NmsCapacity& capacity)
    : options_(options), first_of_class_(capacity.classes, kEnd) {
  options_.max_detections = std::max(0, options.max_detections);
  const auto most =
      std::min(capacity.candidates, static_cast<std::size_t>(options_.max_detections));
  order_.reserve(capacity.candidates);
  survivors_.reserve(most);
  kept_.reserve(most);
}

// Leaves the best `most` indices in order_, best first.
void NonMaximumSuppression::sort(const Candidates& candidates, std::size_t most) {
  const auto& scores = candidates.scores;
  order_.resize(scores.size());
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  const auto better = [&](std::size_t a, std::size_t b) {
    return scores[a] != scores[b] ? scores[a] > scores[b] : a < b;
  };
  if (order_.size() > most) {
    std::nth_element(order_.begin(), order_.begin() + static_cast<std::ptrdiff_t>(most),
                     order_.end(), better);
    order_.resize(most);
  }
  std::sort(order_.begin(), order_.end(), better);
}

// The comparison is the one of iou(), so that a box exactly at the threshold stays.
bool NonMaximumSuppression::is_suppressed(const Box& box, float area, int first_kept) const {
  for (int k = first_kept; k != kEnd; k = kept_[static_cast<std::size_t>(k)].next) {
    const auto& better = kept_[static_cast<std::size_t>(k)];
    const float width = std::min(box.x2, better.box.x2) - std::max(box.x1, better.box.x1);
    const float height = std::min(box.y2, better.box.y2) - std::max(box.y1, better.box.y1);
    if (!(width > 0 && height > 0)) continue;
    const float shared = width * height;
    if (shared / (area + better.area - shared) > options_.iou) return true;
  }
  return false;
}

std::span<const std::size_t> NonMaximumSuppression::run(const Candidates& candidates) {
  sort(candidates, kMaxCandidates);
  survivors_.clear();
  kept_.clear();
  std::fill(first_of_class_.begin(), first_of_class_.end(), kEnd);
  for (const auto index : order_) {
    if (survivors_.size() == static_cast<std::size_t>(options_.max_detections)) break;
    const auto class_id = static_cast<std::size_t>(candidates.classes[index]);
    assert(class_id < first_of_class_.size());
    const auto& box = candidates.boxes[index];
    const float box_area = area(box);
    if (is_suppressed(box, box_area, first_of_class_[class_id])) continue;
    kept_.push_back({box, box_area, first_of_class_[class_id]});
    first_of_class_[class_id] = static_cast<int>(kept_.size()) - 1;
    survivors_.push_back(index);
  }
  return survivors_;
}

std::span<const std::size_t> NonMaximumSuppression::best(const Candidates& candidates) {
  sort(candidates, static_cast<std::size_t>(options_.max_detections));
  return order_;
}

}  // namespace jetmeter
