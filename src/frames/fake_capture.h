// A capture that follows a script; for tests.
#pragma once

#include <vector>

#include "frames/capture.h"

namespace jetmeter {

// Damaged frames cannot be decoded, empty ones decode to nothing.
enum class Shot { good, damaged, empty };

// Delivers its shots and is then gone. Good frames are filled with their position.
class FakeCapture : public Capture {
 public:
  explicit FakeCapture(std::vector<Shot> shots, CaptureFormat format = {.width = 4, .height = 2})
      : shots_(std::move(shots)), format_(format) {}

  CaptureFormat format() const override { return format_; }

  bool grab() override {
    if (next_ >= shots_.size()) return false;
    ++next_;
    return true;
  }

  bool retrieve(cv::Mat& into) override {
    if (shots_[next_ - 1] == Shot::damaged) return false;
    if (shots_[next_ - 1] == Shot::empty) {
      into.release();
      return true;
    }
    into.create(format_.height, format_.width, CV_8UC3);
    into.setTo(cv::Scalar::all(static_cast<double>(next_ - 1)));
    return true;
  }

 private:
  std::vector<Shot> shots_;
  CaptureFormat format_;
  std::size_t next_ = 0;
};

}  // namespace jetmeter
