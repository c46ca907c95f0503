// The model file of a command that works on ONNX graphs.
#pragma once

#include <filesystem>

#include "jetmeter/graph.h"

namespace jetmeter {

// As read_onnx(); a file that is a model of another kind is refused by that kind's name.
Result<ModelGraph> read_graph(const std::filesystem::path&);

}  // namespace jetmeter
