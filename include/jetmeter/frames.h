// Where frames come from: image directories, videos, cameras, generated scenes. A source is read
// by one thread. Frames are 8-bit BGR, rows of width*3 bytes, `stride` bytes apart.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "jetmeter/core.h"
#include "jetmeter/detection.h"

namespace jetmeter {

struct Image {  // borrowed
  const std::uint8_t* data = nullptr;
  int width = 0, height = 0;
  std::ptrdiff_t stride = 0;  // bytes
};

// One frame and the storage that it owns; reused from frame to frame, so that a stream of equal
// sizes allocates once.
struct Frame {
  std::vector<std::uint8_t> pixels;
  int width = 0, height = 0;
  std::int64_t index = 0;  // position in the source, from 0; skipped and bad frames count
  std::string id;          // "bus.jpg", "frame_000012"
  // Time in the stream (index / fps), or of arrival (monotonic) for a camera. Absent for images.
  std::optional<Nanoseconds> timestamp;
  std::vector<Truth> truth;  // known objects; only generated scenes fill it

  Image image() const { return {pixels.data(), width, height, std::ptrdiff_t{width} * 3}; }
};

struct SourceInfo {
  std::string kind;           // "image_dir", "video", "camera", "synthetic"
  std::string location;       // path, device number or scene
  int width = 0, height = 0;  // of the first good frame
  std::optional<double> fps;
  std::optional<std::int64_t> frames;  // as announced by the container; absent for a camera
  bool live = false;                   // cannot be read a second time
  std::vector<std::string> names;      // image_dir: the file names, sorted
  std::vector<std::string> labels;     // synthetic: names of the classes in Frame::truth
  std::string left_out;                // image_dir: what else is there, in words; empty: nothing
};

struct BadFrame {
  std::string name, reason;
  std::int64_t frames = 1;  // more where a whole stretch is missing
};

// How many frames that is.
std::int64_t count_frames(std::span<const BadFrame>);

class FrameSource {
 public:
  virtual ~FrameSource() = default;
  virtual const SourceInfo& info() const = 0;
  // Fills `frame` with the next good one. False at the end. A frame that cannot be read is noted
  // in bad() and passed over; an Error means that the source itself is lost (a camera that went).
  virtual Result<bool> next(Frame& frame) = 0;
  // Passes over n frames without delivering them; cheaper than next() where the medium allows.
  virtual void skip(std::int64_t n) = 0;
  virtual std::span<const BadFrame> bad() const = 0;
};

struct FrameSourceKind {
  std::string_view name;    // the word before '=' on the command line
  std::string_view syntax;  // "video=PATH"
  std::string_view summary;
  // True when a bare path or word is evidently of this kind.
  bool (*recognises)(const std::string& text);
  Result<std::unique_ptr<FrameSource>> (*open)(const std::string& location);
};

std::span<const FrameSourceKind* const> frame_source_kinds();

// "video=clip.mp4", "synthetic", "clip.mp4": kind and the text after '='. Does not open anything
// but may look at what a bare path is.
struct SourceSpec {
  const FrameSourceKind* kind = nullptr;
  std::string location;
};
Result<SourceSpec> parse_source(const std::string& text);
Result<std::unique_ptr<FrameSource>> open_source(const std::string& text);

// ---- pairing of two streams --------------------------------------------------------------------

struct PairingOptions {
  Nanoseconds tolerance = std::chrono::milliseconds(50);
  std::int64_t limit = 0;  // at most so many pairs; 0 is no limit
};

struct FramePair {
  std::int64_t first = 0, second = 0;  // frame indices
  Nanoseconds offset{0};               // second's time minus first's
};

struct Pairing {
  std::vector<FramePair> pairs;
  std::int64_t unpaired_first = 0, unpaired_second = 0;  // frames with no partner within tolerance
  std::string rule;  // "by timestamp, within 50 ms", "by file name", "by index"
};

// Pairs by timestamp where both have a frame rate, by file name where both are directories with
// names in common, by index else. Every frame is used at most once, and each frame of the slower
// stream gets its nearest partner. Pure. Both sources must announce their length; an unknown
// length is taken to be as long as the other one.
Pairing pair_frames(const SourceInfo& first, const SourceInfo& second, const PairingOptions&);

}  // namespace jetmeter
