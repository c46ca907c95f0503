// What is asked of a model file before a runtime sees it, and the tidying of the runtime's answer.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "jetmeter/core.h"

namespace jetmeter {

// Fails, naming the file, unless it is there, is a file, can be read and is not empty. Runtimes
// answer these cases with words about protobuf or not at all.
Result<void> check_model_file(const std::filesystem::path&);

// True when the file's extension, in any case, is one of `extensions` (".onnx .ort").
bool reads_extension(std::string_view extensions, const std::filesystem::path&);

// The same words on one line: a line break and the blanks around it become one blank.
std::string one_line(std::string_view);

}  // namespace jetmeter
