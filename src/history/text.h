// Text that every database takes.
#pragma once

#include <string>
#include <string_view>

namespace jetmeter {

// The first line, without spaces around it and without a full stop.
std::string first_line(std::string_view);

}  // namespace jetmeter
