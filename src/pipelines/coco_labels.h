#pragma once

#include <array>
#include <string_view>

namespace jetmeter {

// The 80 classes that detectors trained on COCO count from 0.
extern const std::array<std::string_view, 80> kCocoLabels;

}  // namespace jetmeter
