// Every shape that ONNX Runtime gives the tensors of a graph when it runs it.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "jetmeter/cost.h"
#include "jetmeter/graph.h"
#include "jetmeter/model.h"

namespace jetmeter {

// Absent, with the reason in `why`: ONNX Runtime is not in this build, or does not run the graph.
std::optional<std::map<std::string, Shape>> shapes_when_run(ModelGraph, const ShapeHints&,
                                                            std::string& why);

// Runs the graph and checks each shape that propagate_shapes() knows; returns how many. Expects
// that it knows all of them but `unknown`.
std::size_t expect_shapes_as_run(const ModelGraph&, const ShapeHints& = {},
                                 std::size_t unknown = 0);

}  // namespace jetmeter
