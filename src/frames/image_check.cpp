#include "frames/image_check.h"

#include <algorithm>
#include <cstdint>

namespace jetmeter {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kCutOff = "is cut off";

// Inside the coded data of a JPEG 0xFF is never followed by a marker's letter, so the last start
// of scan is a real one, and the end of the image has to come after it.
bool jpeg_is_whole(std::string_view bytes) {
  const auto scan = bytes.rfind("\xFF\xDA"sv);
  const auto end = bytes.rfind("\xFF\xD9"sv);
  return scan != std::string_view::npos && end != std::string_view::npos && end > scan;
}

bool bmp_is_whole(std::string_view bytes) {
  if (bytes.size() < 14) return false;
  std::uint32_t announced = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    announced |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[2 + i])) << (8 * i);
  }
  return bytes.size() >= announced;
}

}  // namespace

bool is_text(std::string_view bytes) {
  return std::ranges::all_of(bytes.substr(0, 512), [](unsigned char c) {
    return c >= 0x20 || c == '\n' || c == '\r' || c == '\t' || c == '\f';
  });
}

std::optional<std::string> image_fault(std::string_view bytes) {
  if (bytes.empty()) return "is an empty file";
  bool whole = false;
  if (bytes.starts_with("\xFF\xD8\xFF"sv)) {
    whole = jpeg_is_whole(bytes);
  } else if (bytes.starts_with("\x89PNG\r\n\x1A\n"sv)) {
    whole = bytes.rfind("IEND"sv) != std::string_view::npos;
  } else if (bytes.starts_with("BM"sv)) {
    whole = bmp_is_whole(bytes);
  } else {
    return is_text(bytes) ? "is a text file, not an image" : "is not a JPEG, PNG or BMP image";
  }
  if (!whole) return std::string(kCutOff);
  return std::nullopt;
}

}  // namespace jetmeter
