// Reads what exporters write into a model's metadata. Tolerant of spelling, strict about sense:
// text that is something else yields nothing. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pipelines/letterbox.h"

namespace jetmeter {

// Class names: Ultralytics' "{0: 'person', 1: 'bicycle'}", or "['person', 'bicycle']"; quotes of
// either kind, with backslash escapes. Absent when it is neither, or the ids are not 0, 1, 2, …
std::optional<std::vector<std::string>> parse_names(std::string_view);

// "[480, 640]" (height, width) or "640".
std::optional<Size> parse_image_size(std::string_view);

}  // namespace jetmeter
