#include "accuracy/yolo_labels.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace jetmeter {
namespace {

namespace fs = std::filesystem;

// Labelling tools round a little beyond the border.
constexpr double kSlack = 0.01;
constexpr std::size_t kBoxNumbers = 5;
constexpr std::size_t kLeastPolygonNumbers = 7;
constexpr std::string_view kBlanks = " \t\r";

std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> words;
  while (true) {
    const auto begin = text.find_first_not_of(separators);
    if (begin == text.npos) return words;
    text.remove_prefix(begin);
    const auto end = std::min(text.find_first_of(separators), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

std::optional<double> number(std::string_view word) {
  double value = 0;
  const auto [rest, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (error != std::errc{} || rest != word.data() + word.size() || !std::isfinite(value))
    return std::nullopt;
  return value;
}

Result<int> class_of(double value, std::span<const std::string> labels) {
  if (value < 0 || value > 1e6 || value != std::floor(value))
    return fail(fmt::format("the class {} is not a whole number from 0 on", value));
  const auto id = static_cast<std::size_t>(value);
  if (!labels.empty() && id >= labels.size())
    return fail(
        fmt::format("the class {} is beyond the {} labels of the model", id, labels.size()));
  return static_cast<int>(id);
}

Box centred_box(std::span<const double> xywh) {
  const auto corner = [&](std::size_t centre, double sign) {
    return static_cast<float>(xywh[centre] + sign * xywh[centre + 2] / 2);
  };
  return {corner(0, -1), corner(1, -1), corner(0, 1), corner(1, 1)};
}

Box polygon_box(std::span<const double> points) {
  auto box = Box{1, 1, 0, 0};
  for (std::size_t i = 0; i + 1 < points.size(); i += 2) {
    const auto x = static_cast<float>(points[i]), y = static_cast<float>(points[i + 1]);
    box = {std::min(box.x1, x), std::min(box.y1, y), std::max(box.x2, x), std::max(box.y2, y)};
  }
  return box;
}

Result<Truth> parse_line(std::string_view line, std::span<const std::string> labels) {
  std::vector<double> numbers;
  for (const auto word : split(line, kBlanks)) {
    const auto value = number(word);
    if (!value) return fail(fmt::format("{} is not a number", in_quotes(word)));
    numbers.push_back(*value);
  }
  const bool polygon = numbers.size() >= kLeastPolygonNumbers && numbers.size() % 2 == 1;
  if (numbers.size() != kBoxNumbers && !polygon)
    return fail(fmt::format("{} numbers are neither a box (class cx cy w h) nor a polygon",
                            numbers.size()));
  const auto class_id = class_of(numbers.front(), labels);
  if (!class_id) return tl::make_unexpected(class_id.error());
  const auto place = std::span(numbers).subspan(1);
  const auto outside = std::ranges::find_if(
      place, [](double value) { return value < -kSlack || value > 1 + kSlack; });
  if (outside != place.end())
    return fail(fmt::format("{} is outside 0 to 1; YOLO labels are fractions of the image's size",
                            *outside));
  return Truth{polygon ? polygon_box(place) : centred_box(place), *class_id, false};
}

Result<ImageTruth> parse_file(std::string_view text, std::span<const std::string> labels) {
  ImageTruth image{{}, true};
  int line_number = 0;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    const auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++line_number;
    if (line.find_first_not_of(kBlanks) == line.npos) continue;
    auto truth = parse_line(line, labels);
    if (!truth) return fail(fmt::format("line {}: {}", line_number, truth.error().what));
    image.objects.push_back(*truth);
  }
  return image;
}

struct Listing {
  std::vector<fs::path> files;
  std::vector<std::string> folders;
};

Result<Listing> list(const fs::path& directory) {
  Listing listing;
  std::error_code error;
  for (fs::directory_iterator it(directory, error), end; !error && it != end; it.increment(error)) {
    const auto& path = it->path();
    std::error_code unknown;
    if (it->is_directory(unknown))
      listing.folders.push_back(path.filename().string());
    else if (path.extension() == ".txt" && path.filename() != "classes.txt")
      listing.files.push_back(path);
  }
  if (error)
    return fail(fmt::format("cannot read the directory {}: {}", in_quotes(directory.string()),
                            error.message()));
  std::ranges::sort(listing.files);
  std::ranges::sort(listing.folders);
  return listing;
}

std::string no_labels(const fs::path& directory, const Listing& listing) {
  const auto fact =
      fmt::format("no label files (*.txt) in the directory {}", in_quotes(directory.string()));
  if (listing.folders.empty()) return fact;
  return fmt::format("{}; name one of its folders: {}", fact, fmt::join(listing.folders, ", "));
}

}  // namespace

Result<GroundTruth> read_yolo_labels(const fs::path& directory,
                                     std::span<const std::string> labels) {
  std::error_code error;
  const auto inner = directory / "labels";
  const auto& place = fs::is_directory(inner, error) ? inner : directory;
  const auto listing = list(place);
  if (!listing) return tl::make_unexpected(listing.error());
  if (listing->files.empty()) return fail(no_labels(place, *listing));
  GroundTruth truth;
  truth.format = "yolo";
  for (const auto& file : listing->files) {
    const auto text = read_document(file);
    if (!text) return fail(fmt::format("cannot read {}", in_quotes(file.string())));
    auto image = parse_file(*text, labels);
    if (!image) return fail(fmt::format("{} {}", in_quotes(file.string()), image.error().what));
    truth.images.emplace(file.stem().string(), std::move(*image));
  }
  return truth;
}

}  // namespace jetmeter
