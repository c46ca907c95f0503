#include "frames/capture.h"

#include <cmath>
#include <cstring>
#include <opencv2/imgproc.hpp>
#include <opencv2/videoio.hpp>
#include <opencv2/videoio/registry.hpp>

#include "frames/quiet.h"

namespace jetmeter {
namespace {

class OpenCvCapture : public Capture {
 public:
  // cv::VideoCapture is a handle: copies share what is open.
  explicit OpenCvCapture(const cv::VideoCapture& capture) : capture_(capture) {}

  CaptureFormat format() const override {
    CaptureFormat format;
    format.width = static_cast<int>(capture_.get(cv::CAP_PROP_FRAME_WIDTH));
    format.height = static_cast<int>(capture_.get(cv::CAP_PROP_FRAME_HEIGHT));
    const double fps = capture_.get(cv::CAP_PROP_FPS);
    if (std::isfinite(fps) && fps > 0) format.fps = fps;
    // Containers without a count come out as 0 or as a large negative number.
    const double frames = capture_.get(cv::CAP_PROP_FRAME_COUNT);
    if (frames >= 1 && frames < 1e12) format.frames = std::llround(frames);
    return format;
  }

  bool grab() override {
    try {
      return capture_.grab();
    } catch (const cv::Exception&) {
      return false;
    }
  }

  bool retrieve(cv::Mat& into) override {
    try {
      return capture_.retrieve(into) && !into.empty();
    } catch (const cv::Exception&) {
      return false;
    }
  }

 private:
  cv::VideoCapture capture_;
};

std::unique_ptr<Capture> wrap(const cv::VideoCapture& capture) {
  if (!capture.isOpened()) return nullptr;
  return std::make_unique<OpenCvCapture>(capture);
}

}  // namespace

std::unique_ptr<Capture> open_video_capture(const std::string& path) {
  quieten_video_libraries();
  // Left to choose, OpenCV also tries to read the path as a pattern of numbered images.
  const bool has_ffmpeg = cv::videoio_registry::hasBackend(cv::CAP_FFMPEG);
  try {
    return wrap(cv::VideoCapture(path, has_ffmpeg ? cv::CAP_FFMPEG : cv::CAP_ANY));
  } catch (const cv::Exception&) {
    return nullptr;
  }
}

std::unique_ptr<Capture> open_camera_capture(int device) {
  quieten_video_libraries();
  try {
    return wrap(cv::VideoCapture(device, cv::CAP_V4L2));
  } catch (const cv::Exception&) {
    return nullptr;
  }
}

cv::Mat as_mat(Frame& frame) {
  if (frame.pixels.empty()) return {};
  return {frame.height, frame.width, CV_8UC3, frame.pixels.data()};
}

void adopt(const cv::Mat& image, Frame& frame) {
  if (image.data == frame.pixels.data()) return;
  frame.width = image.cols;
  frame.height = image.rows;
  const std::size_t row_bytes = static_cast<std::size_t>(image.cols) * 3;
  frame.pixels.resize(row_bytes * static_cast<std::size_t>(image.rows));
  for (int y = 0; y < image.rows; ++y) {
    std::memcpy(frame.pixels.data() + row_bytes * static_cast<std::size_t>(y), image.ptr(y),
                row_bytes);
  }
}

bool retrieve_into(Capture& capture, Frame& frame) {
  cv::Mat image = as_mat(frame);
  if (!capture.retrieve(image) || image.empty()) return false;
  if (image.type() == CV_8UC1) {
    cv::Mat colored;
    cv::cvtColor(image, colored, cv::COLOR_GRAY2BGR);
    adopt(colored, frame);
    return true;
  }
  if (image.type() != CV_8UC3) return false;
  adopt(image, frame);
  return true;
}

}  // namespace jetmeter
