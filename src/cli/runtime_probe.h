// What the installed runtime says of a model's format, by being asked.
#pragma once

#include <optional>
#include <string>

#include "jetmeter/graph.h"

namespace jetmeter {

// A sentence when ONNX Runtime does not read models of this opset and IR version: it is given one
// of next to nothing with the same. Absent: it does, it is not in this build, or the versions are
// so old that every runtime reads them.
std::optional<std::string> runtime_refusal(const ModelGraph&);

}  // namespace jetmeter
