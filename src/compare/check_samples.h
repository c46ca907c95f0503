// Whether raw samples are those that their record was made of.
#pragma once

#include <cstdint>

#include "jetmeter/compare.h"

namespace jetmeter {

// What reading a frames.jsonl came upon.
struct FrameFile {
  std::int64_t lines = 0;
  std::int64_t bad = 0;        // of them, no frames
  std::int64_t first_bad = 0;  // counted from 1; 0: none
};

// Puts what is wrong into `complaints`, and takes a slot's samples away where its record was made
// of others: another count, median or mean. Fewer samples are the beginning of a file that was cut
// off, if none of its lines is bad; the missing ones then explain what they can of the median.
void check_samples(ComparedRun&, const FrameFile&);

}  // namespace jetmeter
