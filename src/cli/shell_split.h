// A text as the words that a shell would make of it. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "jetmeter/core.h"

namespace jetmeter {

// Blanks separate; '…' keeps everything, "…" everything but \" \\ \$ \`, a backslash outside the
// next character. Nothing is expanded. Fails on a quote that is not closed.
Result<std::vector<std::string>> shell_split(std::string_view);

}  // namespace jetmeter
