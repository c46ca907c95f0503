#pragma once

#include <memory>
#include <string>

#include "frames/capture.h"
#include "jetmeter/core.h"
#include "jetmeter/frames.h"

namespace jetmeter {

// A camera that is already open; `name` is how errors call it.
std::unique_ptr<FrameSource> make_camera_source(std::unique_ptr<Capture>, const std::string& name,
                                                const Clock&);
// Fails, naming the video devices under the host's /dev, where there is none of this number.
Result<void> check_camera(int device, const Host&);
// "0", "/dev/video0"; an empty text is the first camera. Absent for anything else.
std::optional<int> camera_number(const std::string& text);

}  // namespace jetmeter
