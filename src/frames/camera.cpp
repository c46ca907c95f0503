// V4L2 cameras. The loop is tested on a capture that misbehaves on purpose; no camera was at hand.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <vector>

#include "frames/camera_source.h"

namespace jetmeter {
namespace {

constexpr std::string_view kDevicePrefix = "/dev/video";
// A loose plug costs a camera a few frames; after so many in a row it is not coming back.
constexpr int kLostAfter = 30;

class CameraSource : public FrameSource {
 public:
  CameraSource(std::unique_ptr<Capture> capture, const std::string& name, const Clock& clock)
      : capture_(std::move(capture)), clock_(clock) {
    const CaptureFormat format = capture_->format();
    info_.kind = "camera";
    info_.location = name;
    info_.width = format.width;
    info_.height = format.height;
    info_.fps = format.fps;
    info_.live = true;
  }

  const SourceInfo& info() const override { return info_; }
  std::span<const BadFrame> bad() const override { return bad_; }

  Result<bool> next(Frame& frame) override {
    for (int damaged = 0; damaged < kLostAfter; ++damaged) {
      if (!capture_->grab()) return lost("stopped delivering frames");
      const Nanoseconds arrival = clock_.monotonic();
      const std::int64_t index = index_++;
      const std::string id = fmt::format("frame_{:06}", index);
      if (!retrieve_into(*capture_, frame)) {
        bad_.push_back({id, "the camera delivered a damaged frame"});
        continue;
      }
      frame.index = index;
      frame.id = id;
      frame.timestamp = arrival;
      frame.truth.clear();
      return true;
    }
    return lost(fmt::format("delivered {} damaged frames in a row", kLostAfter));
  }

  void skip(std::int64_t n) override {
    for (; n > 0 && capture_->grab(); --n) ++index_;
  }

 private:
  tl::unexpected<Error> lost(std::string_view what) const {
    return fail(fmt::format("camera {} {} after {}; is it still plugged in?", info_.location, what,
                            index_ == 1 ? "1 frame" : fmt::format("{} frames", index_)));
  }

  std::unique_ptr<Capture> capture_;
  const Clock& clock_;
  SourceInfo info_;
  std::vector<BadFrame> bad_;
  std::int64_t index_ = 0;
};

bool recognises(const std::string& text) {
  return !text.empty() && camera_number(text);
}

Result<std::unique_ptr<FrameSource>> open(const std::string& location) {
  const auto device = camera_number(location);
  if (!device) {
    return fail(fmt::format("{} is not a camera; write camera=0 or camera=/dev/video0",
                            in_quotes(location)));
  }
  if (auto present = check_camera(*device, Host{}); !present) {
    return tl::make_unexpected(present.error());
  }
  const std::string name = fmt::format("{}{}", kDevicePrefix, *device);
  auto capture = open_camera_capture(*device);
  if (capture == nullptr) {
    return fail(
        fmt::format("camera {} could not be opened: it is in use, may not be read by this "
                    "user (group video), or is not a capture device",
                    name));
  }
  return make_camera_source(std::move(capture), name, system_clock());
}

}  // namespace

std::optional<int> camera_number(const std::string& text) {
  if (text.empty()) return 0;
  std::string_view digits = text;
  if (digits.starts_with(kDevicePrefix)) digits.remove_prefix(kDevicePrefix.size());
  int number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size() || number < 0) {
    return std::nullopt;
  }
  return number;
}

Result<void> check_camera(int device, const Host& host) {
  std::vector<std::string> found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(host.path("/dev"), error)) {
    const std::string name = "/dev/" + entry.path().filename().string();
    if (name.starts_with(kDevicePrefix) && camera_number(name)) found.push_back(name);
  }
  std::ranges::sort(found);
  const std::string wanted = fmt::format("{}{}", kDevicePrefix, device);
  if (std::ranges::find(found, wanted) != found.end()) return {};
  if (found.empty()) {
    return fail(fmt::format("there is no camera {}; this machine has no video devices", wanted));
  }
  return fail(
      fmt::format("there is no camera {}; this machine has {}", wanted, fmt::join(found, ", ")));
}

std::unique_ptr<FrameSource> make_camera_source(std::unique_ptr<Capture> capture,
                                                const std::string& name, const Clock& clock) {
  return std::make_unique<CameraSource>(std::move(capture), name, clock);
}

extern const FrameSourceKind camera_frame_source{
    "camera", "camera=N|/dev/videoN", "a V4L2 camera, by number or device", recognises, open};

}  // namespace jetmeter
