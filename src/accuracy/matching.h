// Which detections of one image and one class found something, by the COCO rules. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "jetmeter/detection.h"

namespace jetmeter {

inline constexpr int kThresholds = 10;
// 0.50, 0.55, … 0.95; the doubles next to the decimals, so that an overlap of 65 in 100 meets 0.65.
double iou_threshold(int index);

enum class Match : std::uint8_t { missed, found, ignored };

struct RankedDetection {
  float score = 0;
  std::array<Match, kThresholds> matches{};
};

// `detections` best first. Each takes the unmatched truth that it overlaps most; a crowd may be
// taken any number of times, only when nothing else is, and what takes it is ignored.
std::vector<RankedDetection> match(std::span<const Detection* const> detections,
                                   std::span<const Truth* const> truth);

}  // namespace jetmeter
