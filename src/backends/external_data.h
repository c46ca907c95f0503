// The files beside an ONNX model that its weights lie in, as a runtime would open them.
#pragma once

#include <filesystem>

#include "jetmeter/core.h"

namespace jetmeter {

// Fails, naming the model, where any of its tensors, however deep, is said to lie in a file that is
// not there or that lies outside of the model's folder: runtimes read whatever file a model names.
// What is no ONNX file is left to the runtime.
Result<void> check_external_data(const std::filesystem::path& model);

}  // namespace jetmeter
