// Generated scenes: no data needed, and the truth is known.
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "frames/scene.h"
#include "frames/stream_time.h"
#include "jetmeter/frames.h"

namespace jetmeter {
namespace {

class SyntheticSource : public FrameSource {
 public:
  SyntheticSource(const SceneOptions& options, const std::string& location)
      : scene_(options),
        frames_(options.frames.value_or(std::numeric_limits<std::int64_t>::max())) {
    info_.kind = "synthetic";
    info_.location = location.empty() ? std::string(options.style->name) : location;
    info_.width = options.width;
    info_.height = options.height;
    info_.fps = options.fps;
    info_.frames = options.frames;
    info_.labels.assign(options.style->labels.begin(), options.style->labels.end());
  }

  const SourceInfo& info() const override { return info_; }

  Result<bool> next(Frame& frame) override {
    if (index_ >= frames_) return false;
    scene_.draw(index_, frame);
    frame.index = index_;
    frame.id = fmt::format("frame_{:06}", index_);
    frame.timestamp = stream_time(index_, *info_.fps);
    ++index_;
    return true;
  }

  void skip(std::int64_t n) override { index_ += std::clamp<std::int64_t>(n, 0, frames_ - index_); }

  std::span<const BadFrame> bad() const override { return {}; }

 private:
  Scene scene_;
  SourceInfo info_;
  std::int64_t frames_, index_ = 0;
};

bool recognises(const std::string&) {
  return false;
}

Result<std::unique_ptr<FrameSource>> open(const std::string& location) {
  const auto options = parse_scene(location);
  if (!options) return tl::make_unexpected(options.error());
  return std::make_unique<SyntheticSource>(*options, location);
}

}  // namespace

extern const FrameSourceKind synthetic_frame_source{
    "synthetic", "synthetic[=rgb|thermal][:WIDTHxHEIGHT][@FPS][#SEED][:FRAMES]",
    "generated scenes with known objects; without FRAMES they do not end", recognises, open};

}  // namespace jetmeter
