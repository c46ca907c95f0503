// Images and videos that the tests of this module make for themselves.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>
#include <opencv2/videoio.hpp>
#include <string>
#include <string_view>

#include "jetmeter/frames.h"
#include "support/temp_dir.h"

namespace jetmeter {

// A temporary directory whose paths are the texts that sources are opened with.
class MediaDir : public TempDir {
 public:
  std::string operator/(std::string_view name) const { return (path() / name).string(); }
  std::string write(std::string_view name, std::string_view bytes) const {
    return TempDir::write(name, bytes).string();
  }
};

inline std::string read_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

// A plain grey picture with one brighter line, so that it compresses like a photograph.
inline std::string write_image(const MediaDir& dir, const std::string& name, cv::Size size,
                               int grey = 90) {
  cv::Mat image(size, CV_8UC3, cv::Scalar::all(grey));
  cv::line(image, {0, 0}, {size.width - 1, size.height - 1}, cv::Scalar::all(200), 2);
  std::vector<unsigned char> bytes;
  cv::imencode(std::filesystem::path(name).extension().string(), image, bytes);
  return dir.write(name, std::string(bytes.begin(), bytes.end()));
}

// Frame i of the video has grey level 20 + 2 * i.
inline std::string write_video(const MediaDir& dir, const std::string& name, int frames,
                               double fps = 25, cv::Size size = {160, 120}) {
  const std::string path = dir / name;
  cv::VideoWriter writer(path, cv::VideoWriter::fourcc('M', 'J', 'P', 'G'), fps, size);
  EXPECT_TRUE(writer.isOpened());
  for (int i = 0; i < frames; ++i) {
    writer.write(cv::Mat(size, CV_8UC3, cv::Scalar::all(20 + 2 * i)));
  }
  writer.release();
  return path;
}

// Keeps the first part of a file's bytes.
inline void cut_off(const std::string& path, double part) {
  const auto size = static_cast<double>(std::filesystem::file_size(path));
  std::filesystem::resize_file(path, static_cast<std::uintmax_t>(size * part));
}

inline std::unique_ptr<FrameSource> open_or_fail(const std::string& text) {
  auto source = open_source(text);
  if (!source) {
    ADD_FAILURE() << source.error().what;
    return nullptr;
  }
  return std::move(*source);
}

inline std::string open_error(const std::string& text) {
  const auto source = open_source(text);
  if (source) return "(no error)";
  return source.error().what;
}

inline std::vector<std::string> ids(FrameSource& source) {
  std::vector<std::string> result;
  Frame frame;
  while (source.next(frame).value()) result.push_back(frame.id);
  return result;
}

}  // namespace jetmeter
