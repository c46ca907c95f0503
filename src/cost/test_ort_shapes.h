// Every shape that ONNX Runtime gives the tensors of a graph when it runs it.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "jetmeter/cost.h"
#include "jetmeter/graph.h"
#include "jetmeter/model.h"

namespace jetmeter {

bool runtime_is_there();

// Absent, with the reason in `why`: ONNX Runtime is not in this build, or does not run the graph.
std::optional<std::map<std::string, Shape>> shapes_when_run(ModelGraph, const ShapeHints&,
                                                            std::int64_t integers,
                                                            std::string& why);

// Runs the graph, its integer inputs filled with one number, and checks the shape of every tensor:
// propagate_shapes() has to know them all. Returns how many there are.
std::size_t expect_shapes_as_run(const ModelGraph&, const ShapeHints& = {},
                                 std::int64_t integers = 1);

}  // namespace jetmeter
