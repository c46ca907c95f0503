// A directory of YOLO label files: one .txt per image, one object per line.
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "jetmeter/accuracy.h"

namespace jetmeter {

// `directory` holds the files, or a folder "labels" that does. Lines are "class cx cy w h" or, for
// a polygon, "class x1 y1 x2 y2 x3 y3 …", in fractions of the image's size.
Result<GroundTruth> read_yolo_labels(const std::filesystem::path& directory,
                                     std::span<const std::string> labels);

}  // namespace jetmeter
