// Text that every database takes.
#pragma once

#include <string>
#include <string_view>

namespace jetmeter {

// UTF-8: bytes that are none become U+FFFD, as in the record's JSON, and so does NUL, which
// PostgreSQL cannot hold.
std::string storable(std::string_view);

// The first line, without spaces around it and without a full stop.
std::string first_line(std::string_view);

}  // namespace jetmeter
