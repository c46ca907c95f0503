// Searches for the classes that an anchor scores high in.
#pragma once

#include <cstddef>
#include <span>

namespace jetmeter {

// best[i] = the largest of scores[i], scores[i + stride], …, `classes` of them; a NaN never wins
// over a number. One sweep per class over a stretch that the first-level cache holds.
void class_maxima(const float* scores, std::size_t stride, int classes, std::span<float> best);

// The largest of `scores` and the first class that has it.
struct BestClass {
  int class_id = 0;
  float score = 0;
};
BestClass best_class(std::span<const float> scores);

// Cheaper than best_class(): for the many rows that hold nothing.
bool any_above(std::span<const float> scores, float threshold);

}  // namespace jetmeter
