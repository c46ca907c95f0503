// Directories of images, in bytewise order of their names (as LC_ALL=C ls), and single images.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <opencv2/imgcodecs.hpp>
#include <set>
#include <span>
#include <system_error>
#include <vector>

#include "frames/capture.h"
#include "frames/image_check.h"
#include "frames/quiet.h"
#include "frames/suffix.h"
#include "jetmeter/frames.h"

namespace jetmeter {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 4> kSuffixes{".jpg", ".jpeg", ".png", ".bmp"};

// The files of a directory, sorted.
struct Listing {
  std::vector<std::string> names;   // images
  std::vector<std::string> others;  // files that are none
};

std::string count_others(const std::vector<std::string>& others) {
  return fmt::format("{} other file{}", others.size(), others.size() == 1 ? "" : "s");
}

// "3 other files are ignored (a.txt, b.mp4, ...)"; empty when there are none.
std::string describe_others(const std::vector<std::string>& others) {
  constexpr std::size_t kNamed = 3;
  if (others.empty()) return "";
  const auto named = std::span(others).first(std::min(others.size(), kNamed));
  return fmt::format("{} {} ignored ({}{})", count_others(others),
                     others.size() == 1 ? "is" : "are", fmt::join(named, ", "),
                     others.size() > kNamed ? ", ..." : "");
}

// What a directory without images holds instead: "2 other files (.mp4, .txt)".
std::string describe_instead(const std::vector<std::string>& others) {
  if (others.empty()) return "it is empty";
  std::set<std::string> suffixes;
  for (const auto& name : others) {
    const auto suffix = fs::path(name).extension().string();
    suffixes.insert(suffix.empty() ? "without a suffix" : suffix);
  }
  return fmt::format("it holds {} ({})", count_others(others), fmt::join(suffixes, ", "));
}

// Opening a pipe or a device could wait for ever. What leads nowhere, or is out of reach, is told
// as a bad frame.
bool may_be_read(const fs::file_status& status) {
  return !fs::is_other(status) || status.type() == fs::file_type::unknown;
}

Result<Listing> list_images(const fs::path& directory) {
  std::error_code error;
  Listing listing;
  for (fs::directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
    std::error_code unreadable;
    const auto status = it->status(unreadable);
    if (fs::is_directory(status)) continue;
    const bool image = has_suffix(it->path(), kSuffixes) && may_be_read(status);
    (image ? listing.names : listing.others).push_back(it->path().filename().string());
  }
  const std::string name = in_quotes(directory.string());
  if (error) return fail(fmt::format("directory {} may not be read: {}", name, error.message()));
  if (listing.names.empty()) {
    return fail(fmt::format("directory {} has no images (.jpg .jpeg .png .bmp): {}", name,
                            describe_instead(listing.others)));
  }
  std::ranges::sort(listing.names);
  std::ranges::sort(listing.others);
  return listing;
}

// Reads files one after the other; keeps the bytes' storage.
class ImageReader {
 public:
  // Into the memory of `frame` where the size is that of the image before. An error is a reason
  // to be read after the file's name.
  Result<void> read(const fs::path& path, Frame& frame) {
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    if (!file) return fail("may not be read: " + std::generic_category().message(errno));
    bytes_.resize(static_cast<std::size_t>(std::max<std::streamoff>(0, file.tellg())));
    file.seekg(0);
    file.read(bytes_.data(), static_cast<std::streamsize>(bytes_.size()));
    if (!file) return fail("could not be read to its end");
    if (auto fault = image_fault(bytes_)) return fail(*fault);
    return decode(frame);
  }

 private:
  Result<void> decode(Frame& frame) {
    cv::Mat image = as_mat(frame);
    try {
      const cv::Mat input(1, static_cast<int>(bytes_.size()), CV_8UC1, bytes_.data());
      // Turns the picture as its EXIF orientation says.
      cv::imdecode(input, cv::IMREAD_COLOR, &image);
    } catch (const cv::Exception& e) {
      return fail("could not be decoded: " + e.err);
    }
    if (image.empty()) return fail("is damaged and could not be decoded");
    adopt(image, frame);
    return {};
  }

  std::string bytes_;
};

class ImageDirSource : public FrameSource {
 public:
  ImageDirSource(fs::path directory, Listing listing, const std::string& location)
      : directory_(std::move(directory)) {
    info_.kind = "image_dir";
    info_.location = location;
    info_.names = std::move(listing.names);
    info_.frames = std::ssize(info_.names);
    info_.left_out = describe_others(listing.others);
  }

  // Finds the first good image, for its size. Fails when there is none.
  Result<void> prepare() {
    Frame frame;
    std::string first_reason;
    for (const std::string& name : info_.names) {
      const auto read = reader_.read(directory_ / name, frame);
      if (read) {
        info_.width = frame.width;
        info_.height = frame.height;
        return {};
      }
      if (first_reason.empty()) first_reason = fmt::format("{} {}", name, read.error().what);
    }
    return fail(fmt::format("not one of the {} images of {} can be used: {}", info_.names.size(),
                            in_quotes(info_.location), first_reason));
  }

  const SourceInfo& info() const override { return info_; }
  std::span<const BadFrame> bad() const override { return bad_; }

  Result<bool> next(Frame& frame) override {
    while (index_ < info_.names.size()) {
      const std::size_t index = index_++;
      const std::string& name = info_.names[index];
      if (const auto read = reader_.read(directory_ / name, frame); !read) {
        bad_.push_back({name, read.error().what});
        continue;
      }
      frame.index = static_cast<std::int64_t>(index);
      frame.id = name;
      frame.timestamp = std::nullopt;
      frame.truth.clear();
      return true;
    }
    return false;
  }

  void skip(std::int64_t n) override {
    const auto left = static_cast<std::int64_t>(info_.names.size() - index_);
    index_ += static_cast<std::size_t>(std::clamp<std::int64_t>(n, 0, left));
  }

 private:
  fs::path directory_;
  ImageReader reader_;
  SourceInfo info_;
  std::vector<BadFrame> bad_;
  std::size_t index_ = 0;
};

bool recognises(const std::string& text) {
  std::error_code error;
  return fs::is_directory(text, error) || has_suffix(text, kSuffixes);
}

Result<std::unique_ptr<FrameSource>> open(const std::string& location) {
  if (location.empty()) return fail("an image directory needs a path: image_dir=PATH");
  quieten_video_libraries();
  const fs::path path(location);
  std::error_code error;
  const auto status = fs::status(path, error);
  Listing listing{{path.filename().string()}, {}};
  fs::path directory = path.parent_path();
  if (fs::is_directory(status)) {
    auto listed = list_images(path);
    if (!listed) return tl::make_unexpected(listed.error());
    listing = std::move(*listed);
    directory = path;
  } else if (!fs::exists(status)) {
    return fail(fmt::format("there is no directory or image {}", in_quotes(location)));
  } else if (!may_be_read(status)) {
    return fail(fmt::format("{} is a pipe or a device, not an image", in_quotes(location)));
  }
  auto source = std::make_unique<ImageDirSource>(directory, std::move(listing), location);
  if (auto prepared = source->prepare(); !prepared) return tl::make_unexpected(prepared.error());
  return source;
}

}  // namespace

extern const FrameSourceKind image_dir_frame_source{
    "image_dir", "image_dir=PATH", "a directory of JPEG, PNG or BMP images, or one image",
    recognises, open};

}  // namespace jetmeter
