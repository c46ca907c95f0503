#include "frames/quiet.h"

#include <dlfcn.h>

#include <cstdarg>
#include <mutex>
#include <opencv2/core/utils/logger.hpp>
#include <opencv2/videoio.hpp>
#include <opencv2/videoio/registry.hpp>

namespace jetmeter {
namespace {

void say_nothing(void*, int, const char*, std::va_list) {}

void quieten() {
  cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
  // Has OpenCV load what it decodes with, where that is a plugin.
  cv::videoio_registry::hasBackend(cv::CAP_FFMPEG);
  // OpenCV offers no way to FFmpeg's log but environment variables, and sets its level anew with
  // each file; the callback it leaves alone. libavutil is in the process where OpenCV is linked
  // with it; where it is not, nothing is lost but silence.
  using Callback = void (*)(void*, int, const char*, std::va_list);
  using SetCallback = void (*)(Callback);
  if (void* symbol = dlsym(RTLD_DEFAULT, "av_log_set_callback")) {
    reinterpret_cast<SetCallback>(symbol)(say_nothing);
  }
}

}  // namespace

void quieten_video_libraries() {
  static std::once_flag once;
  std::call_once(once, quieten);
}

}  // namespace jetmeter
