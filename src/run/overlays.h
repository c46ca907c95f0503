// Pictures of what was found, drawn after the measurement from the stored detections, so that
// drawing costs the measurement nothing.
#pragma once

#include <cstdint>
#include <vector>

#include "jetmeter/core.h"
#include "jetmeter/frames.h"
#include "run/run_dir.h"

namespace jetmeter {

struct FrameDetections {
  std::int64_t index = 0;
  std::vector<Detection> detections;
};

struct OverlayJob {
  std::string slot;
  std::string source;  // read again from its start
  std::vector<std::string> labels;
  std::vector<FrameDetections> frames;  // ascending by index
};

// Writes overlays/<slot>_<id>.jpg. Returns how many were written, or why the source could not be
// read again.
Result<int> write_overlays(const OverlayJob&, const RunDir&);

// `count` positions spread evenly over `total`, the first and the last among them.
std::vector<std::int64_t> spread(std::int64_t count, std::int64_t total);

}  // namespace jetmeter
