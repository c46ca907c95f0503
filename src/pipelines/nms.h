// Greedy non-maximum suppression, class by class.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "jetmeter/pipeline.h"

namespace jetmeter {

// Only so many of the best candidates enter the suppression.
inline constexpr std::size_t kMaxCandidates = 30000;

struct NmsOptions {
  float iou = 0.45F;  // a box is suppressed when its IoU with a better one is above, strictly
  int max_detections = 300;  // 0: none
};

// The most that one call meets; what scratch is reserved for.
struct NmsCapacity {
  std::size_t candidates = 0;
  std::size_t classes = 0;
};

// Keeps its scratch: a call within the capacity allocates nothing.
class NonMaximumSuppression {
 public:
  NonMaximumSuppression(const NmsOptions&, const NmsCapacity&);

  // Indices of the survivors, best score first; equal scores in the order of their indices. Valid
  // until the next call. REQUIRES: every class id is within the capacity.
  std::span<const std::size_t> run(const Candidates&);
  // The best `max_detections` without suppression, in the same order.
  std::span<const std::size_t> best(const Candidates&);

 private:
  // A survivor, in a list of its class.
  struct Kept {
    Box box;
    float area = 0;
    int next = 0;
  };

  void sort(const Candidates&, std::size_t most);
  bool is_suppressed(const Box&, float area, int first_kept) const;

  NmsOptions options_;
  std::vector<std::size_t> order_, survivors_;
  std::vector<Kept> kept_;
  std::vector<int> first_of_class_;
};

}  // namespace jetmeter
