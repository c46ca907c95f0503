// Which of an archive's arrays fills an input. Pure.
#pragma once

#include <span>
#include <string>

#include "jetmeter/inputs.h"

namespace jetmeter {

// The one that the fill names, else that of the input's name, else the only one where it can only
// be meant for this input. The error begins with the archive's name.
Result<std::size_t> choose_member(std::span<const std::string> names, const TensorSpec& input,
                                  const Fill& fill, bool only_input);

}  // namespace jetmeter
