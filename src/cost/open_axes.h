// Sizes for the axes that a file leaves open.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "jetmeter/core.h"
#include "jetmeter/graph.h"
#include "jetmeter/model.h"

namespace jetmeter {

using NamedAxes = std::map<std::string, std::int64_t>;

// The sizes of all named axes that the hints tell, by their names or through whole shapes. Fails
// where a hint contradicts the file or another hint.
Result<NamedAxes> named_axes(const Graph&, const ShapeHints&);
// The value's shape with these sizes in it; kDynamic stays where none is known. `wish` replaces
// what is open: the hint for this very input; null: there is none.
Shape closed_shape(const Value&, const NamedAxes&, const Shape* wish = nullptr);
// The hint for this input; null: there is none.
const Shape* wish_for(const ShapeHints&, const std::string& input);
// "axis 'batch' of input 'x' is open"; of a shape with an open axis, or of no rank at all.
std::string what_is_open(const Value& input, const Shape& closed);

}  // namespace jetmeter
