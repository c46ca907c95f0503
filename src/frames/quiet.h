#pragma once

namespace jetmeter {

// OpenCV and FFmpeg write their complaints about a file to stderr, between the lines of whoever
// owns the terminal; what matters of them is in our Errors and BadFrames. Turns them off for this
// process. Cheap when repeated; any thread.
void quieten_video_libraries();

}  // namespace jetmeter
