// What an ONNX operator's outputs mean for memory.
#pragma once

#include <string_view>

namespace jetmeter {

// The output has the bytes of the first input under another shape or name.
bool only_renames(std::string_view op);
// The output may be written where an input of its size lies that nobody reads later.
bool works_in_place(std::string_view op);
// Is computed together with a Conv before it.
bool is_activation_function(std::string_view op);
// Gives other values when it is asked again: never computed ahead.
bool is_random(std::string_view op);

}  // namespace jetmeter
