// Video files, through OpenCV and FFmpeg.
#include <fmt/format.h>

#include <fstream>
#include <vector>

#include "frames/image_check.h"
#include "frames/stream_time.h"
#include "frames/suffix.h"
#include "frames/video_source.h"

namespace jetmeter {
namespace {

constexpr std::array<std::string_view, 16> kSuffixes{
    ".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".mpg",  ".mpeg",
    ".ts",  ".mts", ".wmv", ".flv", ".ogv", ".3gp",  ".h264", ".mjpeg"};

// Containers count some frames that no decoder gives back, at the cuts of a stream.
constexpr std::int64_t kCountSlack = 2;

class VideoSource : public FrameSource {
 public:
  VideoSource(std::unique_ptr<Capture> capture, const std::filesystem::path& path)
      : capture_(std::move(capture)), name_(path.filename().string()) {
    const CaptureFormat format = capture_->format();
    info_.kind = "video";
    info_.location = path.string();
    info_.width = format.width;
    info_.height = format.height;
    info_.fps = format.fps;
    info_.frames = format.frames;
    grabbed_ = capture_->grab();
  }

  bool has_frames() const { return grabbed_; }
  const SourceInfo& info() const override { return info_; }
  std::span<const BadFrame> bad() const override { return bad_; }

  Result<bool> next(Frame& frame) override {
    while (grab()) {
      const std::int64_t index = index_++;
      const std::string id = fmt::format("frame_{:06}", index);
      if (!retrieve_into(*capture_, frame)) {
        bad_.push_back({id, "it was damaged and could not be decoded"});
        continue;
      }
      frame.index = index;
      frame.id = id;
      frame.timestamp = std::nullopt;
      if (info_.fps) frame.timestamp = stream_time(index, *info_.fps);
      frame.truth.clear();
      return true;
    }
    return false;
  }

  void skip(std::int64_t n) override {
    for (; n > 0 && grab(); --n) ++index_;
  }

 private:
  // True when a frame is ready to be retrieved or passed over. The first one was grabbed while
  // opening, to be sure that there is one.
  bool grab() {
    if (ended_) return false;
    if (std::exchange(grabbed_, false) || capture_->grab()) return true;
    ended_ = true;
    const auto missing = info_.frames.value_or(index_) - index_;
    if (missing > kCountSlack) {
      bad_.push_back(
          {name_,
           fmt::format("decoding stopped after {} of {} frames: the last {} are missing; the file "
                       "was probably cut off",
                       index_, *info_.frames, missing),
           missing});
    }
    return false;
  }

  std::unique_ptr<Capture> capture_;
  std::string name_;
  SourceInfo info_;
  std::vector<BadFrame> bad_;
  std::int64_t index_ = 0;
  bool grabbed_ = false, ended_ = false;
};

// What to say about a file that nothing could open, from its first bytes.
std::string why_not_a_video(const std::filesystem::path& path) {
  std::string head(4096, '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(file.gcount()));
  if (is_text(head)) return "it is a text file";
  if (head.substr(4, 4) == "ftyp")
    return "its index is missing or damaged, as in a cut-off recording";
  return "no video stream was found in it";
}

bool recognises(const std::string& text) {
  return has_suffix(text, kSuffixes);
}

Result<std::unique_ptr<FrameSource>> open(const std::string& location) {
  if (location.empty()) return fail("a video needs a path: video=PATH");
  const std::filesystem::path path(location);
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  const std::string name = in_quotes(location);
  if (!std::filesystem::exists(status)) return fail(fmt::format("there is no video {}", name));
  if (std::filesystem::is_directory(status)) {
    return fail(
        fmt::format("{0} is a directory; read its images with image_dir={1}", name, location));
  }
  if (std::filesystem::is_regular_file(status)) {
    if (!std::ifstream(path)) return fail(fmt::format("video {} may not be read", name));
    if (std::filesystem::file_size(path, error) == 0) {
      return fail(fmt::format("video {} is an empty file", name));
    }
  }
  auto capture = open_video_capture(location);
  if (capture == nullptr) {
    return fail(fmt::format("{} could not be opened as a video: {}", name, why_not_a_video(path)));
  }
  return make_video_source(std::move(capture), path);
}

}  // namespace

Result<std::unique_ptr<FrameSource>> make_video_source(std::unique_ptr<Capture> capture,
                                                       const std::filesystem::path& path) {
  auto source = std::make_unique<VideoSource>(std::move(capture), path);
  if (!source->has_frames()) {
    return fail(
        fmt::format("video {} holds no frame that can be decoded", in_quotes(path.string())));
  }
  return source;
}

extern const FrameSourceKind video_frame_source{
    "video", "video=PATH", "a video file, in any container that OpenCV's FFmpeg reads", recognises,
    open};

}  // namespace jetmeter
