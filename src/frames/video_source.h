#pragma once

#include <filesystem>
#include <memory>

#include "frames/capture.h"
#include "jetmeter/frames.h"

namespace jetmeter {

// A video that is already open. Fails when it has not a single frame.
Result<std::unique_ptr<FrameSource>> make_video_source(std::unique_ptr<Capture>,
                                                       const std::filesystem::path&);

}  // namespace jetmeter
