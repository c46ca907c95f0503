// The one input that a detector has: 1x3xHxW of floats.
#pragma once

#include <vector>

#include "jetmeter/core.h"
#include "jetmeter/pipeline.h"
#include "pipelines/letterbox.h"

namespace jetmeter {

// The declared shape with open axes filled: batch 1, 3 channels, extents from the options or, when
// those name none, from the metadata's "imgsz". Fails, naming the input, for anything that a frame
// cannot be written into, and for an image size in the options that fixed extents contradict.
Result<Shape> input_shape(const ModelInfo&, const PipelineOptions&);

}  // namespace jetmeter
