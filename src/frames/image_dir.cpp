// Directories of images, in bytewise order of their names (as LC_ALL=C ls), and single images.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <opencv2/imgcodecs.hpp>
#include <set>
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
  ImageDirSource(fs::path directory, std::vector<std::string> names, const std::string& location)
      : directory_(std::move(directory)) {
    info_.kind = "image_dir";
    info_.location = location;
    info_.names = std::move(names);
    info_.frames = std::ssize(info_.names);
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

// What a directory without images holds instead: "3 files (.txt, .mp4)".
std::string describe(std::size_t files, const std::set<std::string>& suffixes) {
  if (files == 0) return "it is empty";
  std::string list;
  for (const std::string& suffix : suffixes) {
    if (!list.empty()) list += ", ";
    list += suffix.empty() ? "without a suffix" : suffix;
  }
  return fmt::format("it holds {} other file{} ({})", files, files == 1 ? "" : "s", list);
}

Result<std::vector<std::string>> list_images(const fs::path& directory) {
  std::error_code error;
  std::vector<std::string> names;
  std::set<std::string> other_suffixes;
  std::size_t others = 0;
  for (fs::directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
    std::error_code unreadable;
    if (it->is_directory(unreadable)) continue;
    if (has_suffix(it->path(), kSuffixes)) {
      names.push_back(it->path().filename().string());
    } else {
      ++others;
      other_suffixes.insert(it->path().extension().string());
    }
  }
  const std::string name = in_quotes(directory.string());
  if (error) return fail(fmt::format("directory {} may not be read: {}", name, error.message()));
  if (names.empty()) {
    return fail(fmt::format("directory {} has no images (.jpg .jpeg .png .bmp): {}", name,
                            describe(others, other_suffixes)));
  }
  std::ranges::sort(names);
  return names;
}

bool recognises(const std::string& text) {
  std::error_code error;
  return fs::is_directory(text, error) || has_suffix(text, kSuffixes);
}

Result<std::unique_ptr<FrameSource>> open(const std::string& location) {
  if (location.empty()) return fail("an image directory needs a path: image_dir=PATH");
  quieten_video_libraries();
  const fs::path path(location);
  std::error_code error;
  std::vector<std::string> names{path.filename().string()};
  fs::path directory = path.parent_path();
  if (fs::is_directory(path, error)) {
    auto listed = list_images(path);
    if (!listed) return tl::make_unexpected(listed.error());
    names = std::move(*listed);
    directory = path;
  } else if (!fs::exists(path, error)) {
    return fail(fmt::format("there is no directory or image {}", in_quotes(location)));
  }
  auto source = std::make_unique<ImageDirSource>(directory, std::move(names), location);
  if (auto prepared = source->prepare(); !prepared) return tl::make_unexpected(prepared.error());
  return source;
}

}  // namespace

extern const FrameSourceKind image_dir_frame_source{
    "image_dir", "image_dir=PATH", "a directory of JPEG, PNG or BMP images, or one image",
    recognises, open};

}  // namespace jetmeter
