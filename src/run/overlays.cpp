#include "run/overlays.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

namespace jetmeter {
namespace {

// Okabe and Ito's palette, told apart also by colour-blind readers; BGR.
const std::array kColours{cv::Scalar(0, 159, 230),  cv::Scalar(233, 180, 86),
                          cv::Scalar(115, 158, 0),  cv::Scalar(66, 228, 240),
                          cv::Scalar(178, 114, 0),  cv::Scalar(0, 94, 213),
                          cv::Scalar(167, 121, 204)};

std::string caption(const Detection& detection, const std::vector<std::string>& labels) {
  const auto index = static_cast<std::size_t>(detection.class_id);
  const auto name = detection.class_id >= 0 && index < labels.size()
                        ? labels[index]
                        : fmt::format("class {}", detection.class_id);
  return fmt::format("{} {:.2f}", name, detection.score);
}

void draw(cv::Mat& picture, const Detection& detection, const std::vector<std::string>& labels) {
  const auto& colour =
      kColours[static_cast<std::size_t>(std::max(detection.class_id, 0)) % kColours.size()];
  const int line = std::max(1, picture.cols / 400);
  const double scale = std::max(0.4, picture.cols / 1600.0);
  const cv::Point corner(cvRound(detection.box.x1), cvRound(detection.box.y1));
  cv::rectangle(picture, corner, {cvRound(detection.box.x2), cvRound(detection.box.y2)}, colour,
                line);
  const auto text = caption(detection, labels);
  int below = 0;
  const auto size = cv::getTextSize(text, cv::FONT_HERSHEY_SIMPLEX, scale, line, &below);
  const int top = corner.y >= size.height + below ? corner.y - size.height - below : corner.y;
  cv::rectangle(picture, {corner.x, top}, {corner.x + size.width, top + size.height + below},
                colour, cv::FILLED);
  cv::putText(picture, text, {corner.x, top + size.height}, cv::FONT_HERSHEY_SIMPLEX, scale,
              cv::Scalar::all(0), line, cv::LINE_AA);
}

Result<std::string> as_jpeg(const cv::Mat& picture) {
  std::vector<unsigned char> bytes;
  try {
    if (!cv::imencode(".jpg", picture, bytes)) return fail("a picture could not be encoded");
  } catch (const cv::Exception& e) {
    return fail("a picture could not be encoded: " + e.err);
  }
  return std::string(bytes.begin(), bytes.end());
}

}  // namespace

std::string overlay_name(const std::string& slot, const std::string& id,
                         const std::set<std::string>& taken) {
  const auto file = std::filesystem::path(id).filename();
  const auto named = [&](const std::string& text) { return fmt::format("{}_{}.jpg", slot, text); };
  auto name = named(file.stem().string());
  if (taken.contains(name)) name = named(file.string());
  for (int n = 2; taken.contains(name); ++n) name = named(fmt::format("{}_{}", file.string(), n));
  return name;
}

std::vector<std::int64_t> spread(std::int64_t count, std::int64_t total) {
  std::vector<std::int64_t> positions;
  count = std::min(count, total);
  for (std::int64_t i = 0; i < count; ++i)
    positions.push_back(count == 1 ? 0 : i * (total - 1) / (count - 1));
  return positions;
}

Result<int> write_overlays(const OverlayJob& job, RunDir& dir) {
  auto source = open_source(job.source);
  if (!source) return tl::make_unexpected(source.error());
  if ((*source)->info().live) return fail("a live source cannot be read a second time");
  std::set<std::string> names;
  std::int64_t position = 0;
  Frame frame;
  for (const auto& wanted : job.frames) {
    if (wanted.index < position) continue;
    (*source)->skip(wanted.index - position);
    const auto more = (*source)->next(frame);
    if (!more) return tl::make_unexpected(more.error());
    if (!*more) break;
    position = frame.index + 1;
    if (frame.index != wanted.index) continue;
    cv::Mat picture(frame.height, frame.width, CV_8UC3, frame.pixels.data());
    for (const auto& detection : wanted.detections) draw(picture, detection, job.labels);
    const auto jpeg = as_jpeg(picture);
    if (!jpeg) return tl::make_unexpected(jpeg.error());
    const auto name = *names.insert(overlay_name(job.slot, frame.id, names)).first;
    if (auto done = dir.write(std::filesystem::path("overlays") / name, *jpeg); !done)
      return tl::make_unexpected(done.error());
  }
  return static_cast<int>(names.size());
}

}  // namespace jetmeter
