#include "inputs/picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <opencv2/core.hpp>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "inputs/elements.h"
#include "inputs/extents.h"
#include "inputs/input_file.h"

namespace jetmeter {
namespace {

constexpr std::uint64_t kMostFileBytes = std::uint64_t{1} << 30U;

Result<std::vector<std::byte>> read_picture_file(const std::filesystem::path& path) {
  const auto stream = open_input_file(path);
  if (!stream) return tl::make_unexpected(stream.error());
  if (stream->size == 0) return fail_of(path, {"is an empty file"});
  if (stream->size > kMostFileBytes) {
    return fail_of(path, {fmt::format("is {}; no picture is over {}", format_bytes(stream->size),
                                      format_bytes(kMostFileBytes))});
  }
  std::vector<std::byte> bytes(stream->size);
  const auto got = stream->read(bytes);
  if (!got) return fail_of(path, got.error());
  bytes.resize(*got);
  return bytes;
}

// 8 bits a channel, RGB or grey, of the layout's size.
Result<cv::Mat> read_picture(const std::filesystem::path& path, const PictureLayout& layout) {
  auto bytes = read_picture_file(path);
  if (!bytes) return tl::make_unexpected(bytes.error());
  try {
    const cv::Mat file(1, static_cast<int>(bytes->size()), CV_8UC1, bytes->data());
    const cv::Mat decoded = cv::imdecode(file, cv::IMREAD_COLOR);  // turned as EXIF says
    if (decoded.empty()) return fail_of(path, {"is no picture that can be decoded"});
    cv::Mat coloured, sized;
    cv::cvtColor(decoded, coloured, layout.channels == 1 ? cv::COLOR_BGR2GRAY : cv::COLOR_BGR2RGB);
    const cv::Size size(static_cast<int>(layout.width), static_cast<int>(layout.height));
    cv::resize(coloured, sized, size, 0, 0, cv::INTER_LINEAR);
    return sized;
  } catch (const cv::Exception& e) {
    return fail_of(path, {"could not be made a picture: " + e.err});
  }
}

template <typename T>
std::array<T, 256> levels() {
  std::array<T, 256> table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    if constexpr (is_float_element<T>) {
      table[i] = nearest_element<T>(static_cast<double>(i) / 255);
    } else {
      table[i] = static_cast<T>(i);
    }
  }
  return table;
}

template <typename T>
void write_levels(const cv::Mat& picture, const PictureLayout& layout, std::span<std::byte> out) {
  const auto table = levels<T>();
  const auto height = static_cast<std::size_t>(layout.height);
  const auto width = static_cast<std::size_t>(layout.width);
  const auto channels = static_cast<std::size_t>(layout.channels);
  for (std::size_t y = 0; y < height; ++y) {
    const auto* row = picture.ptr<std::uint8_t>(static_cast<int>(y));
    for (std::size_t x = 0; x < width; ++x) {
      for (std::size_t c = 0; c < channels; ++c) {
        const std::size_t place =
            layout.planar ? (c * height + y) * width + x : (y * width + x) * channels + c;
        store_element(out, place, table[row[x * channels + c]]);
      }
    }
  }
}

bool holds_levels(ElementType type) {
  return type == ElementType::uint8 ||
         with_element(type, []<typename T>(std::type_identity<T>) { return is_float_element<T>; });
}

}  // namespace

std::optional<PictureLayout> picture_layout(std::span<const std::int64_t> shape) {
  if (shape.size() != 3 && shape.size() != 4) return std::nullopt;
  const std::int64_t batch = shape.size() == 4 ? shape.front() : 1;
  const auto axes = shape.last(3);
  for (const std::int64_t channels : {3, 1}) {
    const bool planar = axes[0] == channels;
    if (!planar && axes[2] != channels) continue;
    PictureLayout layout{batch, channels, axes[planar ? 1 : 0], axes[planar ? 2 : 1], planar};
    constexpr std::int64_t kMostPixels = std::numeric_limits<int>::max();
    const bool possible = batch > 0 && std::min(layout.height, layout.width) > 0 &&
                          layout.height <= kMostPixels && layout.width <= kMostPixels;
    return possible ? std::optional(layout) : std::nullopt;
  }
  return std::nullopt;
}

Result<TensorData> picture_tensor(const TensorSpec& spec, const std::filesystem::path& path) {
  const auto layout = picture_layout(spec.shape);
  if (!layout) {
    return fail(
        fmt::format("is {}, which is no picture's shape (3 or 1 channels before or after a "
                    "height and a width); give it another fill than {}",
                    format_shape(spec.shape), in_quotes(path.string())));
  }
  if (!holds_levels(spec.type)) {
    return fail(
        fmt::format("is {}: pictures are for floats and uint8; give it another fill than {}",
                    name(spec.type), in_quotes(path.string())));
  }
  const auto picture = read_picture(path, *layout);
  if (!picture) return fail("was to be a picture: " + picture.error().what);
  const auto bytes = tensor_bytes(spec.type, spec.shape);
  if (!bytes) return fail("is larger than any memory");
  TensorData data{spec, std::vector<std::byte>(*bytes)};
  const std::size_t one = data.bytes.size() / static_cast<std::size_t>(layout->batch);
  const auto first = std::span(data.bytes).first(one);
  with_element(spec.type, [&]<typename T>(std::type_identity<T>) {
    if constexpr (is_float_element<T> || std::same_as<T, std::uint8_t>) {
      write_levels<T>(*picture, *layout, first);
    }
  });
  for (std::size_t at = one; at < data.bytes.size(); at += one) {
    std::ranges::copy(first, data.bytes.begin() + static_cast<std::ptrdiff_t>(at));
  }
  return data;
}

}  // namespace jetmeter
