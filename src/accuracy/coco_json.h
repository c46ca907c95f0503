// A COCO instances file: images, annotations with boxes, categories.
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "jetmeter/accuracy.h"

namespace jetmeter {

// Images without annotations are kept: what is found in them is wrong. Images are told apart by
// file name alone, as frames are.
Result<GroundTruth> read_coco_json(const std::filesystem::path&,
                                   std::span<const std::string> labels);

}  // namespace jetmeter
