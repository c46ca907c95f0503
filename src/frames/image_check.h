// What is wrong with an image file, from its bytes. Decoders fill the missing part of a cut-off
// picture with grey and call it a success; a measurement must not.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace jetmeter {

// Absent when the bytes look like a whole JPEG, PNG or BMP; else a reason to be read after "it".
std::optional<std::string> image_fault(std::string_view bytes);

// No control characters but those of text. REQUIRES: only the beginning of the file matters.
bool is_text(std::string_view bytes);

}  // namespace jetmeter
