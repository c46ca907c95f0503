// Pictures of what was found, drawn after the measurement from the stored detections, so that
// drawing costs the measurement nothing.
#pragma once

#include <cstdint>
#include <set>
#include <string>
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

// Writes overlays/<slot>_<id>.jpg. Returns how many were written; or why not all, either because
// the source could not be read again, or because a file could not be written whole, which the
// directory counts among its failures.
Result<int> write_overlays(const OverlayJob&, RunDir&);

// The name of the next picture: the id without its extension, and more where `taken` holds that
// already ("a.jpg" and "a.jpeg" in one directory).
std::string overlay_name(const std::string& slot, const std::string& id,
                         const std::set<std::string>& taken);

// `count` positions spread evenly over `total`, the first and the last among them.
std::vector<std::int64_t> spread(std::int64_t count, std::int64_t total);

}  // namespace jetmeter
