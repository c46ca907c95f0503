#pragma once

#include <string_view>

namespace jetmeter {

// Whether the whole text fits; * stands for any characters, ? for one.
bool fits_wildcard(std::string_view pattern, std::string_view text);

}  // namespace jetmeter
