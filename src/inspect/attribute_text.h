// A node's attributes on one short line.
#pragma once

#include <string>

#include "jetmeter/graph.h"

namespace jetmeter {

// "kernel_shape 3x3, strides 2x2"; what is the operator's default for many axes, all ones or all
// zeros, is left out where its name is well known (dilations, strides, pads, group).
std::string attributes_in_short(const Node&);

}  // namespace jetmeter
