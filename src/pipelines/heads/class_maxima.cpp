#include "pipelines/heads/class_maxima.h"

#include <algorithm>

#include "pipelines/vectorised.h"

namespace jetmeter {
namespace {

constexpr std::size_t kStretch = 1024;  // 4 KiB of maxima beside 4 KiB of the row that is swept

}  // namespace

JM_VECTORISED void class_maxima(const float* scores, std::size_t stride, int classes,
                                std::span<float> best) {
  for (std::size_t begin = 0; begin < best.size(); begin += kStretch) {
    const std::size_t count = std::min(kStretch, best.size() - begin);
    float* __restrict out = best.data() + begin;
    const float* row = scores + begin;
    for (std::size_t i = 0; i < count; ++i) out[i] = row[i];
    for (int c = 1; c < classes; ++c) {
      row += stride;
      for (std::size_t i = 0; i < count; ++i) out[i] = row[i] > out[i] ? row[i] : out[i];
    }
  }
}

JM_VECTORISED bool any_above(std::span<const float> scores, float threshold) {
  const float* score = scores.data();
  int above = 0;  // a sum without a branch: the loop becomes vector code
  for (std::size_t i = 0; i < scores.size(); ++i) above += score[i] > threshold ? 1 : 0;
  return above > 0;
}

BestClass best_class(std::span<const float> scores) {
  const auto best = std::max_element(scores.begin(), scores.end());
  return {static_cast<int>(best - scores.begin()), *best};
}

}  // namespace jetmeter
