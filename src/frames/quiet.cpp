#include "frames/quiet.h"

#include <dlfcn.h>

#include <mutex>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/videoio.hpp>
#include <opencv2/videoio/registry.hpp>

namespace jetmeter {
namespace {

constexpr int kFfmpegFatal = 8;  // AV_LOG_FATAL

void quieten() {
  cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
  if (!cv::videoio_registry::hasBackend(cv::CAP_FFMPEG)) return;
  // OpenCV sets FFmpeg's level itself, once, when it first opens something; ours has to come
  // after that, and OpenCV offers no way but an environment variable. libavutil is already in the
  // process where OpenCV is linked with it; where it is not, nothing is lost but silence.
  try {
    cv::VideoCapture().open("", cv::CAP_FFMPEG);
  } catch (const cv::Exception&) {
    return;
  }
  using SetLevel = void (*)(int);
  if (void* symbol = dlsym(RTLD_DEFAULT, "av_log_set_level")) {
    reinterpret_cast<SetLevel>(symbol)(kFfmpegFatal);
  }
}

}  // namespace

void quieten_video_libraries() {
  static std::once_flag once;
  std::call_once(once, quieten);
}

}  // namespace jetmeter
