// The class names that exporters of detectors write into a model's metadata.
#pragma once

#include <string>
#include <string_view>

namespace jetmeter {

// A value of metadata on one line of at most `most` characters: "{0: 'person', 1: 'bicycle', …} (80
// entries)" where it is a long list or map, shortened at its end otherwise.
std::string short_metadata(std::string_view value, std::size_t most);

}  // namespace jetmeter
