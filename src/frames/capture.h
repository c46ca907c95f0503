// The one door to OpenCV's video input, so that the reading loops can be tested on recordings of
// misbehaviour.
#pragma once

#include <cstdint>
#include <memory>
#include <opencv2/core.hpp>
#include <optional>

#include "jetmeter/core.h"
#include "jetmeter/frames.h"

namespace jetmeter {

struct CaptureFormat {
  int width = 0, height = 0;
  std::optional<double> fps;
  std::optional<std::int64_t> frames;  // as the container announces
};

class Capture {
 public:
  virtual ~Capture() = default;
  virtual CaptureFormat format() const = 0;
  // Moves on to the next frame. False at the end, and when the device is lost.
  virtual bool grab() = 0;
  // Decodes the frame that was grabbed, into the memory of `into` where size and type fit. False,
  // or an empty image, when it came damaged.
  virtual bool retrieve(cv::Mat& into) = 0;
};

// Absent when OpenCV cannot open it.
std::unique_ptr<Capture> open_video_capture(const std::string& path);
std::unique_ptr<Capture> open_camera_capture(int device);

// Decodes into the pixels of `frame` itself; copies only when the size changes. False when the
// frame came damaged.
bool retrieve_into(Capture&, Frame& frame);

// Makes `image`, 8-bit BGR, the content of `frame`. No copy when it already lies there.
void adopt(const cv::Mat& image, Frame& frame);
// The memory of `frame` as an image; empty when it has none.
cv::Mat as_mat(Frame& frame);

}  // namespace jetmeter
