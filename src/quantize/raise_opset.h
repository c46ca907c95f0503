#pragma once

#include "jetmeter/core.h"
#include "jetmeter/graph.h"

namespace jetmeter {

// Rewrites what opset 13 says otherwise than 11 and 12: Softmax over one axis, axes and splits as
// inputs. A newer model stays as it is. Fails, naming the operator, for what it cannot rewrite.
// Source: the operators' histories in ONNX's Operators.md.
Result<void> raise_opset_to_13(ModelGraph&);

}  // namespace jetmeter
